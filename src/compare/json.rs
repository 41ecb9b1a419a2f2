//! Differences as JSON, with the fields of `git-flag.diff/v1`.

use super::difference::{Difference, Side, Subject};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// `{"kind": "flag", "name": "new-checkout"}`; the project has no name.
impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Subject", 2)?;
        fields.serialize_field("kind", self.kind())?;
        fields.serialize_field("name", &self.name())?;
        fields.end()
    }
}

/// `{"text": "25%", "value": {"percentage": 25}}`
impl Serialize for Side {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Side", 2)?;
        fields.serialize_field("text", &self.text)?;
        fields.serialize_field("value", &self.value)?;
        fields.end()
    }
}

/// All fields are always there, `null` where nothing is to say.
impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { subject, environment, rule, item, aspect, before, after, behaviour, rest: _ } = self;
        let mut fields = serializer.serialize_struct("Difference", 10)?;
        fields.serialize_field("subject", subject)?;
        fields.serialize_field("environment", &environment.as_ref().map(AsRef::<str>::as_ref))?;
        fields.serialize_field("rule", rule)?;
        fields.serialize_field("item", item)?;
        fields.serialize_field("aspect", aspect.name())?;
        fields.serialize_field("action", self.action())?;
        fields.serialize_field("behaviour", behaviour)?;
        fields.serialize_field("before", before)?;
        fields.serialize_field("after", after)?;
        fields.serialize_field("sentence", &self.sentence())?;
        fields.end()
    }
}
