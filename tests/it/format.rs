//! The page on the file format: its examples are files that validate, and its tables name every field.

use crate::support::TestRepo;
use std::fs;
use std::path::Path;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/format.md")).expect("the page")
}

/// The blocks of YAML.
fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("\n```yaml\n").skip(1);
    parts.map(|rest| rest.split("\n```").next().unwrap_or_default().to_owned() + "\n").collect()
}

/// What stands in backticks and begins so.
fn inline<'p>(page: &'p str, start: &str) -> Vec<&'p str> {
    page.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).filter(|code| code.starts_with(start)).collect()
}

fn indented(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}

/// What the examples refer to and do not show.
fn ground() -> TestRepo {
    let repo = TestRepo::init();
    for name in ["beta-testers", "vip", "bots"] {
        repo.write(&format!("flags/segments/{name}.yaml"), "include: [user-1]\n");
    }
    let boolean = "type: boolean\nowner: team-pay\nkind: ops\ndefault: false\nenvironments:\n  production: {enabled: true, serve: true}\n";
    repo.write("flags/payments-v2.yaml", boolean);
    repo
}

#[track_caller]
fn valid(repo: &TestRepo, what: &str) {
    let run = repo.flag(&["validate"]);
    assert_eq!(run.code, 0, "{what}\n{run}");
}

const FLAG: &str = "owner: team-web\nkind: experiment\nenvironments:\n  production:\n    enabled: true\n";

#[test]
fn the_examples_of_the_format_are_valid() {
    let page = page();
    let (mut files, mut fragments) = (0, 0);
    let whole = ground();
    let parts = ground();
    parts.write("flags/segments/staff.yaml", "include: [user-7]\n");
    let rings = "rings:\n  - {name: beta, percentage: 10}\n  - {name: everyone, percentage: 100}\n";
    parts.write("flags/project.yaml", parts.read("flags/project.yaml") + rings);
    for block in blocks(&page) {
        if let Some(path) = block.lines().next().and_then(|line| line.strip_prefix("# flags/")) {
            whole.write(&format!("flags/{path}"), &block);
            files += 1;
        } else if block.starts_with("- ") {
            let rules = format!("    rules:\n      - when:\n{}        serve: true\n", indented(&block, 10));
            parts.write(
                "flags/conditions.yaml",
                format!("type: boolean\ndefault: false\n{FLAG}{rules}    serve: false\n"),
            );
            fragments += 1;
        } else {
            parts.write("flags/variants.yaml", format!("{block}{FLAG}    serve: treatment\n"));
            fragments += 1;
        }
    }
    assert_eq!((files, fragments), (6, 2), "every block is one of a file, conditions or variants");
    valid(&whole, "the files");
    valid(&parts, "the fragments");

    let serves = inline(&page, "serve: {");
    assert!(serves.len() >= 8, "{serves:?}");
    for (number, serve) in serves.iter().filter(|serve| !serve.contains("by: …")).enumerate() {
        let typed = if serve.contains("split") || serve.contains("serve: treatment") {
            let names = ["control", "blue", "green", "treatment"];
            let variants: String = names.iter().map(|name| format!("  {name}: {{value: {name}}}\n")).collect();
            format!("type: string\nvariants:\n{variants}default: control\n")
        } else {
            "type: boolean\ndefault: false\n".to_owned()
        };
        parts.write(&format!("flags/serve-{number}.yaml"), format!("{typed}{FLAG}    {serve}\n"));
        valid(&parts, serve);
    }
    // What is called an error is one.
    parts.write(
        "flags/refused.yaml",
        format!("type: boolean\ndefault: false\n{FLAG}    serve: {{ring: beta, by: company.id}}\n"),
    );
    parts.flag(&["validate"]).exits(1);
}

/// Every field that a file may have stands on the page in backticks.
#[test]
fn every_field_is_on_the_page() {
    let page = page();
    for kind in ["flag", "segment", "project", "tests"] {
        let schema = TestRepo::folder().flag(&["schema", kind]).ok().json();
        let mut names = std::collections::BTreeSet::new();
        properties(&schema, &mut names);
        assert!(names.len() > 3, "{kind}: {names:?}");
        for name in names {
            let told = [
                format!("`{name}`"),
                format!("`{name}:"),
                format!("{{{name}:"),
                format!("{{{name},"),
                format!(", {name}"),
                format!("{name}: "),
            ];
            assert!(told.iter().any(|form| page.contains(form)), "{kind}: `{name}` is not on the page");
        }
    }
}

fn properties(schema: &serde_json::Value, names: &mut std::collections::BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(fields) => {
            if let Some(own) = fields.get("properties").and_then(serde_json::Value::as_object) {
                names.extend(own.keys().cloned());
            }
            for inner in fields.values() {
                properties(inner, names);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| properties(inner, names)),
        _ => {}
    }
}
