//! Reading and editing one flag file of ordinary size, beside the usual typed reader.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use git_flag::source::{FilePath, Path};
use git_flag::yaml::{Data, Edit, edit, parse};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::hint::black_box;

/// A flag of 774 bytes, as people write them: comments, quotes, lists in brackets and on lines.
const FLAG: &str = "\
# One-page checkout, behind payments-v2
description: One-page checkout
type: boolean
kind: release
owner: team-payments
tags: [checkout, web]
expires: 2027-03-01
default: false
environments:
  development:
    enabled: true
    serve: true
  staging:
    enabled: true
    rules:
      - id: staff
        when: [{attribute: email, ends_with: \"@example.com\"}]
        serve: true
    serve: {percentage: 50}
  production:
    enabled: true
    targets:
      - {serve: true, units: [user-1, user-2, user-3]}
    rules:
      - id: eu-premium       # the markets of phase one
        when:
          - {attribute: country, in: [DE, FR, \"NO\"]}
          - {attribute: plan, equals: premium}
        serve: {percentage: 25}
    serve: false              # everyone else, later
";

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Flag {
    description: String,
    r#type: String,
    kind: String,
    owner: String,
    tags: Vec<String>,
    expires: String,
    default: bool,
    environments: BTreeMap<String, Environment>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Environment {
    enabled: bool,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    rules: Vec<Rule>,
    serve: Serve,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Target {
    serve: bool,
    units: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read to be measured")]
struct Rule {
    id: String,
    when: Vec<BTreeMap<String, Operand>>,
    serve: Serve,
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "read to be measured")]
enum Operand {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "read to be measured")]
enum Serve {
    Variant(bool),
    Percentage { percentage: f64 },
}

fn yaml(criterion: &mut Criterion) {
    assert_eq!(FLAG.len(), 774, "the size that the target names");
    let file = FilePath::from("flags/features/new-checkout.yaml");
    assert_eq!(parse(&file, FLAG).1, [], "the flag is fine");
    let production = Path::root().key("environments").key("production");
    let set = [Edit::Set { path: production.key("serve"), value: Data::Boolean(true) }];
    let insert =
        [Edit::Insert { path: production.key("killed"), value: Data::text("x"), before: vec!["rules".into()] }];

    let mut group = criterion.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(774));
    group.bench_function("parse", |bencher| bencher.iter(|| parse(&file, black_box(FLAG))));
    group.bench_function("serde_typed", |bencher| {
        bencher.iter(|| serde_yaml::from_str::<Flag>(black_box(FLAG)).is_ok());
    });
    group.bench_function("set", |bencher| bencher.iter(|| edit(black_box(FLAG), &set)));
    group.bench_function("insert", |bencher| bencher.iter(|| edit(black_box(FLAG), &insert)));
    group.finish();
    assert!(serde_yaml::from_str::<Flag>(FLAG).is_ok(), "the usual reader takes it too");
}

criterion_group!(benches, yaml);
criterion_main!(benches);
