//! A case of the corpus: files, and what must be reported about them.

use super::Found;
use std::fs;
use std::path::{Path, PathBuf};

/// The repositories that cases lie in.
const FIXTURES: &str = ".fixtures";

/// A case.
pub(super) struct Case {
    /// Its path in the corpus.
    pub(super) name: String,
    /// Each with its path in the repository of flags.
    files: Vec<File>,
    /// The repository of flags that it lies in.
    fixture: String,
    /// Lints that are raised to warnings.
    lints: Vec<String>,
    /// What must be reported.
    pub(super) expected: Found,
}

struct File {
    path: String,
    content: Vec<u8>,
    /// Where it lies in the corpus.
    own: PathBuf,
}

/// What the comment lines at the top of a file say.
#[derive(Default)]
struct Header {
    expect: Option<Vec<String>>,
    role: Option<String>,
    fixture: Option<String>,
    lints: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The files below `folder`, with their paths relative to it.
fn below(folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) {
    for path in sorted(folder) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let inner = format!("{prefix}{name}");
        if path.is_dir() { below(&path, &format!("{inner}/"), found) } else { found.push((inner, path.clone())) }
    }
}

impl Header {
    fn of(content: &[u8]) -> Self {
        let mut header = Self::default();
        let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
        for line in content.split(|&byte| byte == b'\n') {
            let Some((key, value)) =
                std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("# ")?.split_once(':'))
            else {
                break;
            };
            let words = || value.split_whitespace().map(str::to_owned);
            match key {
                "expect" => header.expect = Some(words().collect()),
                "as" => header.role = words().next(),
                "with" => header.fixture = words().next(),
                "lints" => header.lints = words().collect(),
                _ => break,
            }
        }
        header
    }
}

/// All cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for room in sorted(&root()).into_iter().filter(|path| path.is_dir() && !path.ends_with(FIXTURES)) {
        for path in sorted(&room) {
            cases.push(Case::read(&path));
        }
    }
    cases
}

impl Case {
    fn read(path: &Path) -> Self {
        let name = path.strip_prefix(root()).expect("below the corpus").display().to_string();
        let mut paths = Vec::new();
        if path.is_dir() {
            below(path, "", &mut paths);
        } else {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            let role = Header::of(&fs::read(path).expect("bytes")).role;
            let inner = match role.as_deref() {
                None | Some("flag") => format!("flags/features/{stem}.yaml"),
                Some("segment") => format!("flags/segments/{stem}.yaml"),
                // Of what the fixture has.
                Some("tests") => "flags/tests/layout.yaml".to_owned(),
                Some("segment-tests") => "flags/tests/segments/staff.yaml".to_owned(),
                Some("golden") => format!("flags/tests/golden/{stem}.yaml"),
                Some("project") => "flags/project.yaml".to_owned(),
                Some(other) => panic!("{name}: no such role: {other}"),
            };
            paths.push((inner, path.to_path_buf()));
        }
        let mut case =
            Self { name, files: Vec::new(), fixture: "default".into(), lints: Vec::new(), expected: Found::new() };
        let mut announced = false;
        for (path, own) in paths {
            let content = fs::read(&own).expect("bytes");
            let header = Header::of(&content);
            announced |= header.expect.is_some();
            case.expected.extend(header.expect.unwrap_or_default().into_iter().map(|place| (path.clone(), place)));
            case.fixture = header.fixture.unwrap_or(case.fixture);
            case.lints.extend(header.lints);
            case.files.push(File { path, content, own });
        }
        case.expected.sort();
        assert!(announced, "{}: no line `# expect:`", case.name);
        case
    }

    /// Writes the repository of flags.
    pub(super) fn write(&self, folder: &Path) {
        for fixture in ["default", &self.fixture] {
            let mut files = Vec::new();
            below(&root().join(FIXTURES).join(fixture), "", &mut files);
            for (path, from) in files {
                put(folder, &path, &fs::read(from).expect("bytes"));
            }
        }
        for file in &self.files {
            put(folder, &file.path, &file.content);
        }
        if !self.lints.is_empty() {
            let levels: Vec<String> = self.lints.iter().map(|lint| format!("{lint}: warning")).collect();
            let path = folder.join("flags/project.yaml");
            let project = fs::read_to_string(&path).expect("text");
            fs::write(path, format!("{project}lints: {{{}}}\n", levels.join(", "))).expect("a written file");
        }
    }

    /// Writes what was found into the first lines of the files: `UPDATE_CORPUS=1`.
    pub(super) fn announce(&self, found: &Found) {
        for file in &self.files {
            let Some(at) = file.content.windows(9).position(|window| window == b"# expect:") else { continue };
            let places: Vec<&str> =
                found.iter().filter(|(path, _)| *path == file.path).map(|(_, place)| place.as_str()).collect();
            let end = file.content.iter().position(|&byte| byte == b'\n').expect("a line");
            let end = if file.content[end - 1] == b'\r' { end - 1 } else { end };
            let line = format!("# expect: {}", places.join(" "));
            let mut content = file.content[..at].to_vec();
            content.extend(line.trim_end().bytes());
            content.extend(&file.content[end..]);
            fs::write(&file.own, content).expect("a written file");
        }
    }
}

fn put(folder: &Path, path: &str, content: &[u8]) {
    let full = folder.join(path);
    fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
    fs::write(full, content).expect("a written file");
}
