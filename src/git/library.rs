//! The questions that libgit2 answers in process.

use git2::{Error, ErrorClass, ErrorCode, Oid, Repository, Tree};

use super::{Entry, Head, ObjectId, RawChange};

pub(super) fn to_oid(id: &ObjectId) -> Result<Oid, Error> {
    if id.as_bytes().len() == 20 {
        Oid::from_bytes(id.as_bytes())
    } else {
        Err(Error::new(ErrorCode::Invalid, ErrorClass::Object, "not a SHA-1 id"))
    }
}

pub(super) fn from_oid(oid: Oid) -> Result<ObjectId, Error> {
    ObjectId::from_bytes(oid.as_bytes())
        .ok_or_else(|| Error::new(ErrorCode::Invalid, ErrorClass::Object, "an id of unknown width"))
}

pub(super) fn read(repository: &Repository, id: &ObjectId) -> Result<Vec<u8>, Error> {
    Ok(repository.odb()?.read(to_oid(id)?)?.data().to_vec())
}

/// The tree of a commit, or the tree itself.
pub(super) fn tree<'r>(repository: &'r Repository, id: &ObjectId) -> Result<Tree<'r>, Error> {
    repository.find_object(to_oid(id)?, None)?.peel_to_tree()
}

pub(super) fn entry(repository: &Repository, commit: &ObjectId, path: &str) -> Result<Option<Entry>, Error> {
    match tree(repository, commit)?.get_path(path.as_ref()) {
        Ok(found) => {
            Ok(Some(Entry { path: path.to_owned(), mode: found.filemode().cast_unsigned(), id: from_oid(found.id())? }))
        }
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree => Ok(None),
        Err(error) => Err(error),
    }
}

/// All that is not a tree under the directory `prefix` (empty for all), in the order of Git's index.
pub(super) fn list(repository: &Repository, commit: &ObjectId, prefix: &str) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let top = tree(repository, commit)?;
    if prefix.is_empty() {
        walk(repository, &top, "", &mut entries)?;
        return Ok(entries);
    }
    match top.get_path(prefix.as_ref()) {
        Ok(found) if found.kind() == Some(git2::ObjectType::Tree) => {
            walk(repository, &repository.find_tree(found.id())?, &format!("{prefix}/"), &mut entries)?;
        }
        Ok(_) => {}
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree => {}
        Err(error) => return Err(error),
    }
    Ok(entries)
}

fn walk(repository: &Repository, tree: &Tree<'_>, prefix: &str, entries: &mut Vec<Entry>) -> Result<(), Error> {
    for item in tree {
        let path = format!("{prefix}{}", String::from_utf8_lossy(item.name_bytes()));
        if item.kind() == Some(git2::ObjectType::Tree) {
            walk(repository, &repository.find_tree(item.id())?, &format!("{path}/"), entries)?;
        } else {
            entries.push(Entry { path, mode: item.filemode_raw().cast_unsigned(), id: from_oid(item.id())? });
        }
    }
    Ok(())
}

pub(super) fn head(repository: &Repository) -> Result<Head, Error> {
    let head = repository.find_reference("HEAD")?;
    let Ok(Some(branch)) = head.symbolic_target() else {
        let commit = head.peel_to_commit()?.id();
        return Ok(Head::Detached { commit: from_oid(commit)? });
    };
    let branch = branch.to_owned();
    match repository.refname_to_id(&branch) {
        Ok(commit) => Ok(Head::Branch { branch, commit: from_oid(commit)? }),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(Head::Unborn { branch }),
        Err(error) => Err(error),
    }
}

pub(super) fn resolve(repository: &Repository, revision: &str) -> Result<ObjectId, Error> {
    from_oid(repository.revparse_single(revision)?.peel_to_commit()?.id())
}

/// The files that differ under the directory `prefix`.
pub(super) fn diff_trees(
    repository: &Repository,
    before: Option<&ObjectId>,
    after: &ObjectId,
    prefix: &str,
) -> Result<Vec<RawChange>, Error> {
    let old = before.map(|id| subtree(repository, id, prefix)).transpose()?.flatten();
    let new = subtree(repository, after, prefix)?;
    let mut options = git2::DiffOptions::new();
    options.include_typechange(true).ignore_submodules(false);
    let diff = repository.diff_tree_to_tree(old.as_ref(), new.as_ref(), Some(&mut options))?;
    let start = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    let mut changes = Vec::with_capacity(diff.deltas().len());
    for delta in diff.deltas() {
        let (old, new) = (delta.old_file(), delta.new_file());
        let status = match delta.status() {
            git2::Delta::Added => 'A',
            git2::Delta::Deleted => 'D',
            git2::Delta::Typechange => 'T',
            _ => 'M',
        };
        let name = if status == 'D' { old.path_bytes() } else { new.path_bytes() };
        let id = |file: &git2::DiffFile<'_>, there: bool| there.then(|| from_oid(file.id())).transpose();
        let mode = |file: &git2::DiffFile<'_>, there: bool| if there { u32::from(file.mode()) } else { 0 };
        changes.push(RawChange {
            path: format!("{start}{}", String::from_utf8_lossy(name.unwrap_or_default())),
            status,
            old_mode: mode(&old, status != 'A'),
            new_mode: mode(&new, status != 'D'),
            old: id(&old, status != 'A')?,
            new: id(&new, status != 'D')?,
            other_parents: Vec::new(),
        });
    }
    Ok(changes)
}

/// The tree of the directory `prefix` in a commit; `None` when there is no such directory.
fn subtree<'r>(repository: &'r Repository, commit: &ObjectId, prefix: &str) -> Result<Option<Tree<'r>>, Error> {
    let top = tree(repository, commit)?;
    if prefix.is_empty() {
        return Ok(Some(top));
    }
    match top.get_path(prefix.as_ref()) {
        Ok(found) if found.kind() == Some(git2::ObjectType::Tree) => repository.find_tree(found.id()).map(Some),
        Ok(_) => Ok(None),
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Tree => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn merge_base(repository: &Repository, one: &ObjectId, other: &ObjectId) -> Result<Option<ObjectId>, Error> {
    match repository.merge_base(to_oid(one)?, to_oid(other)?) {
        Ok(found) => from_oid(found).map(Some),
        Err(error) if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Merge => Ok(None),
        Err(error) => Err(error),
    }
}
