//! Calls that fail, by a library that is loaded into the program and the commands it starts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What happens to one of the calls that modify files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    /// It fails with this error.
    Fails(i32),
    /// It and all later ones that take room fail: the disk is full.
    Full,
    /// Its process is killed before it.
    Kill,
    /// Its process is killed, with all others of the command.
    KillAll,
}

pub(super) const EIO: i32 = 5;
pub(super) const EACCES: i32 = 13;
pub(super) const ENOSPC: i32 = 28;

/// The count of calls of one run.
pub(super) struct Counter(PathBuf);

impl Counter {
    /// In this folder, at zero.
    pub(super) fn new(folder: &Path) -> Self {
        let path = folder.join("calls");
        std::fs::write(&path, [0; 4096]).expect("a counter");
        Self(path)
    }

    /// Lets the call with the number `at` be hit; none if 0.
    pub(super) fn arm(&self, command: &mut Command, at: usize, blow: Blow) {
        let error = match blow {
            Blow::Fails(error) => error,
            Blow::Full => ENOSPC,
            Blow::Kill => 0,
            Blow::KillAll => -1,
        };
        command.env("LD_PRELOAD", library()).env("FIRE_COUNTER", &self.0).env("FIRE_AT", at.to_string());
        command.env("FIRE_ERRNO", error.to_string());
        if blow == Blow::Full {
            command.env("FIRE_STAYS", "1");
        }
    }

    /// How many calls there were, and which was hit.
    pub(super) fn read(&self) -> (usize, String) {
        let page = std::fs::read(&self.0).expect("a counter");
        let (number, hit) = page.split_at(8);
        let hit = hit.split(|byte| *byte == 0).next().unwrap_or_default();
        let number = u64::from_ne_bytes(number.try_into().expect("eight bytes"));
        (usize::try_from(number).expect("small"), String::from_utf8_lossy(hit).into_owned())
    }
}

/// Built once by the C compiler that building libgit2 takes as well.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fire/shim.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (draft, library) = (folder.join(format!("shim-{}", std::process::id())), folder.join("shim.so"));
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let mut command = Command::new(compiler);
        command.args(["-shared", "-fPIC", "-O1", "-o"]).args([&draft, &source]).arg("-ldl");
        assert!(command.status().expect("a C compiler").success(), "the shim does not compile");
        std::fs::rename(draft, &library).expect("a library");
        library
    })
}
