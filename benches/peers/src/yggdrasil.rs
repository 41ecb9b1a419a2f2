//! The workload for `unleash-yggdrasil`.

use crate::workload::{plain_key, ruled_key};
use serde_json::json;
use unleash_yggdrasil::{Context, EngineState, UpdateMessage};

pub(crate) struct Engine {
    state: EngineState,
    context: Context,
}

impl Engine {
    pub(crate) fn new() -> Self {
        let plain = (0..500).map(
            |at| json!({"name": plain_key(at), "enabled": true, "strategies": [{"name": "default", "parameters": {}}]}),
        );
        let ruled = (0..500).map(|at| {
            let key = ruled_key(at);
            json!({"name": key, "enabled": true, "strategies": [
                {"name": "default", "parameters": {}, "constraints": [
                    {"contextName": "country", "operator": "IN", "values": ["AT", "BE", "CH", "DE", "FR"]},
                    {"contextName": "appVersion", "operator": "SEMVER_GT", "value": "1.9.9"},
                ]},
                {"name": "default", "parameters": {}, "segments": [1], "constraints": [
                    {"contextName": "age", "operator": "NUM_GTE", "value": "18"},
                ]},
                {"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "userId", "groupId": key}},
            ]})
        });
        let features = json!({
            "version": 2,
            "features": plain.chain(ruled).collect::<Vec<_>>(),
            "segments": [{"id": 1, "constraints": [
                {"contextName": "plan", "operator": "IN", "values": ["pro", "enterprise"]},
                {"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@acme.com"]},
            ]}],
        });
        let features = serde_json::from_value(features).expect("features");
        let state = EngineState::default();
        let warnings = state.take_state(UpdateMessage::FullResponse(features));
        assert!(warnings.is_none_or(|warnings| warnings.is_empty()), "features that compile");
        let context = serde_json::from_value(json!({
            "userId": "user-4711",
            "properties": {
                "country": "DE", "plan": "pro", "email": "ada@example.org", "appVersion": "1.9.3", "age": "33",
            },
        }));
        Self { state, context: context.expect("a context") }
    }

    pub(crate) fn is_enabled(&self, key: &str) -> bool {
        self.state.is_enabled(key, &self.context, &None)
    }
}
