//! Signatures of commits.

use std::collections::HashMap;

use super::run::Manner;
use super::{CommitId, GitError, ObjectId, Repository};

/// What Git makes of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Good, by a trusted key.
    Good,
    /// Good, by a key whose validity is unknown.
    Untrusted,
    /// Good, but the signature or the key has expired.
    Expired,
    /// Good, by a revoked key.
    Revoked,
    /// It does not fit the commit.
    Bad,
    /// It cannot be checked, say because the key is not known here.
    Unknown,
    /// There is none.
    Unsigned,
}

/// The signature of one commit, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Which commit.
    pub commit: CommitId,
    /// Whether it is good.
    pub verdict: Verdict,
    /// Who signed, by the key; empty if unknown.
    pub signer: String,
    /// The fingerprint of the key, or its id; empty if unknown.
    pub key: String,
}

const VERDICTS: &[(&str, Verdict)] = &[
    ("G", Verdict::Good),
    ("U", Verdict::Untrusted),
    ("X", Verdict::Expired),
    ("Y", Verdict::Expired),
    ("R", Verdict::Revoked),
    ("B", Verdict::Bad),
    ("E", Verdict::Unknown),
    ("N", Verdict::Unsigned),
];

/// How many commits are named on one command line.
const AT_ONCE: usize = 500;

impl Repository {
    /// Checks the signatures of these commits, in this order. Runs `gpg` or `ssh-keygen` as configured, once for each
    /// signed commit, so it takes some 40 ms for each.
    ///
    /// # Errors
    /// If a commit is not here.
    pub fn signatures(&self, commits: &[CommitId]) -> Result<Vec<Signature>, GitError> {
        let mut found: HashMap<CommitId, Signature> = HashMap::new();
        for some in commits.chunks(AT_ONCE) {
            let text = self
                .git(Manner::Read, "log")
                .args([
                    "-z",
                    "--no-walk=unsorted",
                    "--format=tformat:%H%x1f%G?%x1f%GF%x1f%GK%x1f%GS",
                    "--end-of-options",
                ])
                .args(some.iter().map(ObjectId::to_string))
                .arg("--")
                .run()?;
            for record in text.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
                let record = String::from_utf8_lossy(record);
                let fields: Vec<&str> = record.splitn(5, '\x1f').collect();
                let [id, verdict, fingerprint, key, signer] = fields[..] else { continue };
                let Some(commit) = ObjectId::from_hex(id.as_bytes()) else { continue };
                let verdict = VERDICTS.iter().find(|(letter, _)| *letter == verdict);
                let key = if fingerprint.is_empty() { key } else { fingerprint };
                found.insert(
                    commit,
                    Signature {
                        commit,
                        verdict: verdict.map_or(Verdict::Unknown, |(_, verdict)| *verdict),
                        signer: signer.to_owned(),
                        key: key.to_owned(),
                    },
                );
            }
        }
        let missing = |id: &CommitId| GitError::MissingObject { id: id.to_string() };
        let mut signatures: Vec<Signature> =
            commits.iter().map(|id| found.get(id).cloned().ok_or_else(|| missing(id))).collect::<Result<_, _>>()?;
        // Git calls a signature that it lacks the means to check none at all.
        for signature in signatures.iter_mut().filter(|signature| signature.verdict == Verdict::Unsigned) {
            if is_signed(&self.read(signature.commit)?) {
                signature.verdict = Verdict::Unknown;
            }
        }
        Ok(signatures)
    }

    /// Whether each of these commits carries a signature, good or not; fast, nothing is checked.
    ///
    /// # Errors
    /// If a commit is not here.
    pub fn are_signed(&self, commits: &[CommitId]) -> Result<Vec<bool>, GitError> {
        Ok(self.read_many(commits)?.iter().map(|bytes| is_signed(bytes)).collect())
    }
}

/// Whether a header of the commit is a signature; headers end at the first empty line.
fn is_signed(commit: &[u8]) -> bool {
    commit
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.is_empty())
        .any(|line| line.starts_with(b"gpgsig ") || line.starts_with(b"gpgsig-sha256 "))
}
