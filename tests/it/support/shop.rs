//! A small shop: a repository with one flag of every sort that the examples of the help name.

use super::TestRepo;

const FILES: &[(&str, &str)] = &[
    (
        "flags/project.yaml",
        "format: 1
environments:
  - {name: development}
  - {name: staging}
  - {name: production}
attributes:
  plan: {type: string, enum: [free, pro]}
  age: {type: integer}
  country: {type: string}
  email: {type: string}
  email_verified: {type: boolean}
  company.id: {type: string}
rings:
  - {name: beta, segment: staff, percentage: 5}
  - {name: everyone, percentage: 100}
lints: {unused-variant: \"off\", no-effect: \"off\", fully-rolled-out: \"off\", unused-segment: \"off\"}
",
    ),
    (
        "flags/segments/staff.yaml",
        "description: Everyone with an address of ours
owner: team-it
include: [user-7]
exclude: [user-13]
match:
  - {attribute: email, ends_with: \"@example.com\"}
  - {attribute: plan, equals: pro}
",
    ),
    (
        "flags/segments/early-birds.yaml",
        "description: The first customers\nowner: team-growth\ninclude: [user-1, user-2]\n",
    ),
    (
        "flags/tests/segments/staff.yaml",
        "expect:
  - {name: by name, user: user-7, member: true}
  - {name: left, user: user-13, context: {email: a@example.com, plan: pro}, member: false}
",
    ),
    (
        "flags/tests/new-checkout.yaml",
        "environment: production
expect:
  - {name: the first countries, context: {country: DE}, user: ada, variant: true, rule: dach}
  - {name: the ramp, bucket: 24.999, variant: true}
  - {name: everyone else, bucket: 25, variant: false}
",
    ),
    (
        "flags/features/new-checkout.yaml",
        "# The page that replaces three.
description: One-page checkout
type: boolean
kind: release
owner: team-payments
tags: [checkout, web]
expires: 2027-03-01
default: false
environments:
  development: {enabled: true, serve: true}
  staging:
    enabled: true
    rules:
      - id: staff
        when: [{segment: staff}]
        serve: true
      - id: free
        when: [{attribute: plan, equals: free}]
        serve: false
    serve: true
  production:
    enabled: true
    targets:
      - {serve: true, units: [user-1]}
    rules:
      - id: dach          # the first countries
        when: [{attribute: country, in: [DE, AT, CH]}]
        serve: true
    serve: {percentage: 10}
",
    ),
    ("flags/features/payments-v2.yaml", BOOLEAN),
    ("flags/features/summer-sale.yaml", SCHEDULED),
    (
        "flags/features/region-model.yaml",
        "description: The model that guesses the region
type: string
kind: release
owner: team-data
expires: 2027-03-01
variants:
  v1: {value: one}
  v2: {value: two}
default: v1
environments:
  development: {enabled: true, serve: v2}
  staging: {enabled: true, serve: v2}
  production: {enabled: true, serve: v2}
",
    ),
    (
        "flags/experiments/button-colour.yaml",
        "description: Does another colour sell more
type: string
kind: experiment
owner: team-growth
expires: 2027-01-15
variants:
  control: {value: blue}
  treatment: {value: green}
default: control
environments:
  development: {enabled: true, serve: control}
  staging: {enabled: true, serve: control}
  production: {enabled: true, serve: control}
",
    ),
    (
        "flags/experiments/theme.yaml",
        "description: Light or dark
type: string
kind: experiment
owner: team-growth
expires: 2027-01-15
variants:
  light: {value: light}
  dark: {value: dark}
default: light
environments:
  development: {enabled: true, serve: dark}
  staging: {enabled: true, serve: light}
  production: {enabled: true, serve: {split: [light: 50, dark: 50]}}
",
    ),
    (
        "flags/ops/limits.yaml",
        "description: Requests per minute
type: json
kind: config
owner: team-platform
permanent: true
variants:
  default: {value: {requests: 100}}
  tight: {value: {requests: 10}}
default: default
environments:
  development: {enabled: true, serve: default}
  staging: {enabled: true, serve: default}
  production: {enabled: true, serve: tight}
",
    ),
    (
        "flags/ops/page-size.yaml",
        "description: Products on a page
type: integer
kind: config
owner: team-web
permanent: true
variants:
  small: {value: 20}
  middle: {value: 50}
default: small
environments:
  development: {enabled: true, serve: middle}
  staging: {enabled: true, serve: middle}
  production: {enabled: true, serve: middle}
",
    ),
    (
        "flags/ops/maintenance.yaml",
        "description: Closes the shop
type: boolean
kind: ops
owner: team-platform
permanent: true
default: false
environments:
  development: {enabled: true, serve: true}
  staging: {enabled: true, serve: true}
  production: {enabled: true, serve: true}
",
    ),
];

const BOOLEAN: &str = "description: The second payment service
type: boolean
kind: release
owner: team-payments
expires: 2027-03-01
default: false
environments:
  development: {enabled: true, serve: true}
  staging: {enabled: true, serve: true}
  production: {enabled: true, serve: true}
";

const SCHEDULED: &str = "description: Prices of the summer
type: boolean
kind: release
owner: team-growth
expires: 2027-03-01
default: false
environments:
  development: {enabled: true, serve: true}
  staging: {enabled: true, serve: true}
  production:
    enabled: true
    schedule: {from: 2026-06-01T00:00:00Z, until: 2026-12-01T00:00:00Z}
    serve: true
";

impl TestRepo {
    /// A repository with the flags of a small shop and four commits: of 15 October 2026, of the tag `v1.2`, and two of
    /// 20 November. The branch `my-branch` is one commit away from `main`.
    pub(crate) fn shop() -> Self {
        let repo = Self::empty();
        repo.write_shop("");
        let line = "git add -A && GIT_AUTHOR_DATE='2026-10-15T09:00:00Z' GIT_COMMITTER_DATE='2026-10-15T09:00:00Z' \
                    git commit -q -m 'the flags of the shop'";
        repo.shell(line).ok();
        for (share, tag) in [("15", Some("v1.2")), ("20", None), ("25", None)] {
            let path = "flags/features/new-checkout.yaml";
            let text = repo.read(path);
            let at = text.rfind("percentage: ").expect("a share") + "percentage: ".len();
            repo.write(path, format!("{}{share}{}", &text[..at], &text[at + 2..]));
            repo.git(&["commit", "-q", "-a", "-m", &format!("new-checkout: {share}%")]);
            if let Some(tag) = tag {
                repo.git(&["tag", tag]);
                repo.git(&["branch", "my-branch"]);
            }
        }
        repo
    }

    /// Writes the files of the shop below `folder`, which is empty or ends with a slash.
    pub(crate) fn write_shop(&self, folder: &str) {
        for (path, text) in FILES {
            self.write(&format!("{folder}{path}"), text);
        }
    }
}
