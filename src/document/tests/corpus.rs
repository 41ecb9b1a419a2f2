//! Valid documents that use the whole format: the seeds of mutations and of property tests.

use crate::document::schema::Document;

pub(super) const FLAGS: &[&str] = &[
    r#"name: New checkout
description: One-page checkout
type: boolean
kind: release
owner: team-payments
tags: [checkout, web]
expires: 2027-03-01
links: {ticket: PAY-12}
salt: old-key
bucketing: flagd-v2
default: false
killed: {reason: broken, by: ann, at: 2026-12-24}
archived: {at: 2027-01-01, by: bob}
requires:
  - {flag: payments-v2, serves: true}
  - {flag: theme, serves: dark}
metadata: {a: [1, 2.5, null, {b: c}]}
environments:
  production:
    enabled: true
    schedule: {from: 2026-12-01T09:00:00Z, until: 2027-12-01}
    killed: {reason: broken}
    requires: [{flag: a, serves: false}]
    targets:
      - {serve: true, units: [user-1, 2]}
      - {serve: false, units: ["3", 4.0]}
    rules:
      - id: staff
        when: [{segment: staff}]
        serve: true
      - id: eu-premium
        description: Paying Europeans
        when:
          - {attribute: country, in: [DE, FR, "NO"], ignore_case: true}
          - any:
              - {attribute: plan, equals: premium}
              - {attribute: account.age_days, greater_than: 30}
          - not: {attribute: version, semver_less_than: "2.0.0"}
          - all: [{attribute: ip, in_cidr: [10.0.0.0/8]}, {attribute: seen, after: 2026-01-01}]
          - {percentage: 50, by: company.id, salt: s, bucketing: flagd-v3}
        serve: {percentage: 25}
    serve: false
  staging:
    serve: {linear: {from: 2026-01-01, until: 2026-02-01, start: 5, end: 95}, salt: x}
"#,
    r##"description: Colour of the button
type: string
permanent: true
variants:
  control: {value: blue}
  treatment: {value: "#0f0", description: Green}
  third: {value: ""}
default: control
environments:
  production:
    enabled: true
    rules:
      - when: [{attribute: email, ends_with: ["@a.example", "@b.example"]}, {attribute: beta, exists: true}]
        serve: treatment
      - serve: {gradual: {from: 2026-12-01, start: 5, step: 10, every: 1d, max: 100}, serve: treatment}
      - {id: r, serve: {canary: {stages: [1, 5, 25.5], stage: 2, soak: 1h}, serve: treatment, by: a.b}}
    targets: [{serve: third, units: [a]}]
    serve: {split: [control: 34, treatment: 33.333, third: 32.667], by: company.id}
  staging:
    serve: {ring: beta, serve: treatment}
  development:
    serve: {percentage: 0.5, serve: treatment, salt: s, bucketing: flagd-v2}
"##,
    r#"type: boolean
salt: checkout/flow
bucketing: unleash
default: false
environments:
  production:
    rules:
      - when: [{schedule: {from: 2026-12-01, until: 2027-01-01}}, {percentage: 50, by: {first: [userId, sessionId]}}]
        serve: {split: ["true": 1, "false": 2], bucketing: flagd-v2-raw, salt: a/b, by: [org, user.id]}
    serve: {percentage: 10, by: [a, b], salt: x, bucketing: featurevisor}
"#,
    "type: string\nbucketing: unleash\nvariants: {a: {value: one}, b: {value: two}}\ndefault: a\nenvironments: {production: {serve: {split: [a: 333, b: 667]}}}\n",
    "type: integer\nvariants: {low: {value: 1}, high: {value: 10}}\ndefault: low\nenvironments: {production: {serve: high}}\n",
    "type: number\nvariants: {low: {value: 1.5}, high: {value: 10}}\ndefault: low\nenvironments: {production: {serve: low}}\n",
    "type: json\nvariants:\n  a:\n    value: {x: [1, {b: null}], c: text}\n  b: {value: null}\ndefault: a\nenvironments: {}\n",
];

pub(super) const SEGMENTS: &[&str] = &[
    "description: Staff\nowner: it\ninclude: [user-7, 8]\nexclude: [user-13]\nmatch:\n  - {attribute: email, matches: \"@example\\\\.com$\"}\n  - {segment: others}\n",
    "description: Nobody yet\n",
];

pub(super) const PROJECTS: &[&str] = &[
    "format: 1
environments:
  - {name: development}
  - {name: production, description: live, protected: true}
attributes:
  plan: {type: string, enum: [free, pro], description: The plan}
  account.age_days: {type: integer, examples: [1, 30]}
  version: {type: semver, examples: [\"2.1.0\", 3.0.0-rc.1]}
  seen: {type: time, enum: [2026-12-01, 1700000000]}
  beta: {type: boolean, enum: [true]}
  score: {type: number, examples: [1.5]}
  ip: {type: ip, examples: [10.0.0.1]}
  roles: {type: strings, examples: [admin]}
  scores: {type: numbers, examples: [1]}
rings:
  - {name: internal, segment: staff}
  - {name: beta, segment: beta, percentage: 10}
  - {name: everyone, percentage: 100}
bucketing: flagd-v2
lints: {missing-owner: error, expired: \"off\"}
",
    "format: 1\nenvironments: [{name: production}]\n",
];

pub(super) const TESTS: &[&str] = &[
    "description: The checkout
environment: [staging, production]
now: 2026-12-02
context: {country: DE}
expect:
  - name: staff get it
    user: 7
    context: {email: a@example.com}
    matrix: {plan: [free, pro], account.age_days: [1, 100]}
    value: true
    rule: staff
  - {environment: production, bucket: 12.345, variant: false, reason: SPLIT, now: 2026-12-03}
",
    "expect: [{environment: a, variant: blue}, {environment: [a, b], value: {x: 1}}]\n",
];

pub(super) const SEGMENT_TESTS: &[&str] = &[
    "description: Who is staff
context: {plan: pro}
expect:
  - name: by address
    user: 7
    context: {email: a@example.com}
    matrix: {country: [DE, FR], account.age_days: [1, 100]}
    member: true
  - {bucket: 12.345, member: false}
",
    "expect: [{user: user-7, member: true}]\n",
];

pub(super) const GOLDENS: &[&str] = &[
    "description: A customer in Germany
environment: production
now: 2026-12-02
context: {targetingKey: user-7, country: DE, account: {age_days: 30}}
answers:
  dark-mode: true
  checkout: false
  colour: orange
  answer: \"on\"
",
    "environment: production\nnow: 2026-12-02T08:00:00Z\ncontext: {}\n",
];

/// The seeds of a kind of file.
pub(super) fn seeds(document: Document) -> &'static [&'static str] {
    match document {
        Document::Flag => FLAGS,
        Document::Segment => SEGMENTS,
        Document::Project => PROJECTS,
        Document::Tests => TESTS,
        Document::SegmentTests => SEGMENT_TESTS,
        Document::Golden => GOLDENS,
    }
}
