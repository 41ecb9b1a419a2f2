use super::tree_of;
use crate::document::golden::{self, Answer, Golden};
use crate::document::{ChangeError, renamed_answer};
use crate::model::{FlagKey, VariantName};
use crate::source::FilePath;
use crate::yaml;
use std::collections::BTreeMap;

const TEXT: &str = "# Who that is
environment: production   # live
now: 2026-12-01
context: {targetingKey: ada}
";

fn read(text: &str) -> Golden {
    let file: FilePath = "g.yaml".into();
    let (golden, problems) = golden::golden(&file, &tree_of(&file, text));
    assert_eq!(problems, []);
    golden.unwrap()
}

fn answers(list: &[(&str, &str)]) -> BTreeMap<FlagKey, Answer> {
    let answer = |name: &str| match name {
        "true" | "false" => Answer { variant: VariantName::boolean(name == "true"), boolean: true },
        _ => Answer { variant: VariantName::new(name).unwrap(), boolean: false },
    };
    list.iter().map(|(key, name)| (FlagKey::new(key).unwrap(), answer(name))).collect()
}

fn record(text: &str, list: &[(&str, &str)]) -> Result<String, ChangeError> {
    golden::record(&"g.yaml".into(), text, &read(text), &answers(list))
}

#[test]
fn only_answers_are_written() {
    let first = record(TEXT, &[("b", "true"), ("c", "on"), ("a", "blue")]).unwrap();
    assert_eq!(first, format!("{TEXT}answers:\n  a: blue\n  b: true\n  c: \"on\"\n"));
    let commented = first.replace("b: true\n", "b: true   # since May\n") + "# the end\n";
    let second = record(&commented, &[("a", "red"), ("aa", "false"), ("b", "true"), ("d", "x"), ("e", "z")]).unwrap();
    assert_eq!(
        second,
        format!("{TEXT}answers:\n  a: red\n  aa: false\n  b: true   # since May\n  d: x\n  e: z\n# the end\n")
    );
    assert_eq!(record(&second, &[]).unwrap(), format!("{TEXT}answers: {{}}\n# the end\n"));
    assert_eq!(record(&format!("{TEXT}answers: {{}}\n"), &[("a", "x")]).unwrap(), format!("{TEXT}answers:\n  a: x\n"));
    assert_eq!(record(TEXT, &[]).unwrap(), TEXT);
}

#[test]
fn many_answers_change_at_once() {
    let keys: Vec<String> = (0..2000).map(|number| format!("flag-{number:04}")).collect();
    let all = |variant| keys.iter().map(|key| (key.as_str(), variant)).collect::<Vec<_>>();
    let first = record(TEXT, &all("one")).unwrap();
    let second = record(&first, &all("two")).unwrap();
    assert_eq!(second, first.replace(": one\n", ": two\n"));
}

#[test]
fn an_answer_keeps_its_place_when_its_flag_is_renamed() {
    let text = format!("{TEXT}answers:\n  # the old one\n  a: true\n  b: blue\n");
    let [a, z] = ["a", "z"].map(|key| FlagKey::new(key).unwrap());
    let edit = renamed_answer(&read(&text), &a, &z).unwrap();
    assert_eq!(yaml::edit(&text, &[edit]).unwrap(), text.replace("  a: true", "  z: true"));
    assert!(renamed_answer(&read(&text), &z, &a).is_none());
}
