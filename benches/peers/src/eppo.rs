//! The workload for `eppo_core`.

use crate::workload::{plain_key, ruled_key};
use eppo_core::eval::get_assignment;
use eppo_core::ufc::{UniversalFlagConfig, VariationType};
use eppo_core::{Attributes, Configuration, SdkMetadata, Str};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

pub(crate) struct Engine {
    configuration: Configuration,
    subject: Str,
    attributes: Arc<Attributes>,
    now: chrono::DateTime<chrono::Utc>,
}

fn flag(key: &str, allocations: Json) -> (String, Json) {
    let variations = json!({"on": {"key": "on", "value": true}, "off": {"key": "off", "value": false}});
    let flag = json!({"key": key, "enabled": true, "variationType": "BOOLEAN", "totalShards": 10_000,
        "variations": variations, "allocations": allocations});
    (key.to_owned(), flag)
}

impl Engine {
    pub(crate) fn new() -> Self {
        let all = json!([{"variationKey": "on", "shards": []}]);
        let plain = (0..500).map(|at| flag(&plain_key(at), json!([{"key": "all", "splits": all, "doLog": false}])));
        let ruled = (0..500).map(|at| {
            let key = ruled_key(at);
            let condition = |attribute: &str, operator: &str, value: Json| {
                json!({"attribute": attribute, "operator": operator, "value": value})
            };
            let countries = condition("country", "ONE_OF", json!(["AT", "BE", "CH", "DE", "FR"]));
            let version = condition("appVersion", "GTE", json!("2.0.0"));
            let plans = condition("plan", "ONE_OF", json!(["pro", "enterprise"]));
            let email = condition("email", "MATCHES", json!("@acme\\.com$"));
            let age = condition("age", "GTE", json!(18));
            let part = |start: u32, end: u32| json!([{"salt": key, "ranges": [{"start": start, "end": end}]}]);
            let halves = json!([
                {"variationKey": "on", "shards": part(0, 5000)},
                {"variationKey": "off", "shards": part(5000, 10_000)},
            ]);
            flag(&key, json!([
                {"key": "1", "rules": [{"conditions": [countries, version]}], "splits": all, "doLog": false},
                {"key": "2", "rules": [{"conditions": [plans, email, age]}], "splits": all, "doLog": false},
                {"key": "3", "splits": halves, "doLog": false},
            ]))
        });
        let flags: Map<String, Json> = plain.chain(ruled).collect();
        let config =
            json!({"createdAt": "2026-01-01T00:00:00Z", "environment": {"name": "production"}, "flags": flags});
        let sdk = SdkMetadata { name: "bench", version: "1" };
        let config = UniversalFlagConfig::from_json(sdk, config.to_string().into_bytes()).expect("flags");
        let attributes = json!({
            "country": "DE", "plan": "pro", "email": "ada@example.org", "appVersion": "1.9.3", "age": 33,
        });
        Self {
            configuration: Configuration::from_server_response(config, None),
            subject: "user-4711".into(),
            attributes: Arc::new(serde_json::from_value(attributes).expect("attributes")),
            now: chrono::Utc::now(),
        }
    }

    pub(crate) fn value(&self, key: &str) -> bool {
        let boolean = Some(VariationType::Boolean);
        let found = get_assignment(Some(&self.configuration), key, &self.subject, &self.attributes, boolean, self.now);
        matches!(found, Ok(Some(assignment)) if assignment.value.as_boolean() == Some(true))
    }
}
