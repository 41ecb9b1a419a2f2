//! The project file.

use super::decode::{Decoder, Fields, Slot};
use super::tables::{ATTRIBUTE, GEO, PROJECT, PROJECT_ENVIRONMENT, RESERVED_IN_PROJECT, RING};
use crate::diagnostic::codes::shape;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    AttributeDeclaration, AttributePath, AttributeType, Durability, EnvironmentName, FORMAT, Project,
    ProjectEnvironment, Ring, RingName, Scalar, Share, Timestamp,
};
use crate::source::{FilePath, Span};
use crate::yaml::Tree;
use std::collections::BTreeMap;

/// Reads the project. The project is there exactly when there is no problem.
#[must_use]
pub fn project(file: &FilePath, tree: &Tree<'_>) -> (Option<Project>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(file);
    let project = decoder.project(Slot::file(tree, PROJECT.what));
    decoder.finish(project)
}

type Names = BTreeMap<String, (String, Span)>;

impl Decoder<'_> {
    fn project(&mut self, slot: Slot<'_, '_>) -> Option<Project> {
        let fields = self.mapping(slot, "a mapping (a project)")?;
        // Whatever else a newer format says, this program would misread it.
        let format = if let Some(format) = fields.get("format") {
            Some(self.format(format)?)
        } else {
            self.missing_field(slot, PROJECT.what, "format", "the format of the files, `format: 1`");
            None
        };
        self.unknown(fields.entries(), PROJECT.names(), PROJECT.what, |key| {
            let (name, what) = RESERVED_IN_PROJECT.iter().find(|(name, _)| *name == key)?;
            let message = format!("`{name}` ({what}) is reserved for a later version");
            Some((&shape::RESERVED, message, "remove it".into()))
        });
        if fields.get("environments").is_none() {
            let doc = "the environments in promotion order, as `- {name: production}`";
            self.missing_field(slot, PROJECT.what, "environments", doc);
        }
        let environments = self.required(&fields, "environments", Self::project_environments);
        let attributes = self.optional(&fields, "attributes", Self::attributes);
        let rings = self.or_default(&fields, "rings", Self::rings);
        let bucketing = self.or_default(&fields, "bucketing", Self::native_bucketing);
        let geo = self.optional(&fields, "geo", Self::geo);
        let durability = self.or_default(&fields, "durability", |decoder, slot| {
            decoder.choice(slot, Durability::from_name, Durability::ALL.iter().map(|(_, name)| *name))
        });
        let lints = self.or_default(&fields, "lints", Self::lints);
        Some(Project {
            format: format?,
            environments: environments?,
            attributes: attributes?,
            rings: rings?,
            bucketing: bucketing?,
            geo_database: geo?,
            durability: durability?,
            lints: lints?,
        })
    }

    fn format(&mut self, slot: Slot<'_, '_>) -> Option<u32> {
        let format = self.count(slot, 1..=u32::MAX)?;
        if format <= FORMAT {
            return Some(format);
        }
        let message = format!("the repository has format {format}, this program reads up to format {FORMAT}");
        let problem = self.report(&shape::NEWER_FORMAT, slot.span(), message);
        problem.label = Some("a newer format".into());
        problem.help.push(format!("install a newer git-flag that reads format {format}"));
        None
    }

    fn geo(&mut self, slot: Slot<'_, '_>) -> Option<String> {
        let fields = self.object(slot, &GEO)?;
        self.required(&fields, "database", Self::text)
    }

    fn project_environments(&mut self, slot: Slot<'_, '_>) -> Option<Vec<ProjectEnvironment>> {
        let mut seen = Names::new();
        self.each(slot, true, |decoder, item| {
            let fields = decoder.object(item, &PROJECT_ENVIRONMENT)?;
            let name: Option<EnvironmentName> = decoder.unique_field("environment", &fields, &mut seen);
            let description = decoder.optional(&fields, "description", Self::text);
            let protected = decoder.or_default(&fields, "protected", Self::boolean);
            Some(ProjectEnvironment { name: name?, description: description?, protected: protected? })
        })
    }

    /// The field `name`, which no earlier object may have.
    fn unique_field<N>(&mut self, what: &str, fields: &Fields<'_, '_>, seen: &mut Names) -> Option<N>
    where
        N: std::str::FromStr<Err = crate::model::NameError> + AsRef<str>,
    {
        let slot = fields.get("name")?;
        let name: N = self.name(slot)?;
        self.unique_name(what, name.as_ref(), slot.span(), seen).then_some(name)
    }

    fn rings(&mut self, slot: Slot<'_, '_>) -> Option<Vec<Ring>> {
        let mut seen = Names::new();
        let mut widest: Option<(Share, Span)> = None;
        self.each(slot, false, |decoder, item| {
            let fields = decoder.object(item, &RING)?;
            let name: Option<RingName> = decoder.unique_field("ring", &fields, &mut seen);
            let segment = decoder.optional(&fields, "segment", Self::name);
            let percentage =
                decoder.optional(&fields, "percentage", |decoder, slot| decoder.ring_share(slot, &mut widest));
            if fields.get("segment").is_none() && fields.get("percentage").is_none() {
                let problem = decoder.report(&shape::RING_AUDIENCE, item.anchor(), "a ring needs somebody in it");
                problem.label = Some("neither `segment` nor `percentage`".into());
                problem.help.push("add `segment`, `percentage` or both".into());
                return None;
            }
            Some(Ring { name: name?, segment: segment?, percentage: percentage? })
        })
    }

    fn ring_share(&mut self, slot: Slot<'_, '_>, widest: &mut Option<(Share, Span)>) -> Option<Share> {
        let share = self.share(slot)?;
        if let Some((before, span)) = *widest
            && share < before
        {
            let place = self.place(span);
            let message = format!("the percentages of rings may not fall, but {share} follows {before}");
            let problem = self.report(&shape::RING_ORDER, slot.span(), message);
            problem.related.push((place, "an inner ring is wider".into()));
            problem.help.push(format!("raise it to at least {before}, or move the ring up"));
            return None;
        }
        *widest = Some((share, slot.span()));
        Some(share)
    }

    fn attributes(&mut self, slot: Slot<'_, '_>) -> Option<BTreeMap<AttributePath, AttributeDeclaration>> {
        let fields = self.mapping(slot, "a mapping of attributes")?;
        let decoded: Vec<(AttributePath, AttributeDeclaration)> = fields
            .entries()
            .iter()
            .filter_map(|entry| {
                let path = self.check_attribute(&entry.key, entry.key_span);
                let declaration = self.declaration(Slot::entry(entry));
                Some((path?, declaration?))
            })
            .collect();
        (decoded.len() == fields.entries().len()).then(|| decoded.into_iter().collect())
    }

    fn declaration(&mut self, slot: Slot<'_, '_>) -> Option<AttributeDeclaration> {
        let fields = self.object(slot, &ATTRIBUTE)?;
        let attribute_type = self.required(&fields, "type", |decoder, slot| {
            decoder.choice(slot, AttributeType::from_name, AttributeType::ALL.iter().map(|(_, name)| *name))
        });
        let allowed = self.or_default(&fields, "enum", |decoder, slot| {
            decoder.each(slot, true, |decoder, item| decoder.attribute_value(item, attribute_type))
        });
        let examples = self.or_default(&fields, "examples", |decoder, slot| {
            decoder.each(slot, false, |decoder, item| decoder.attribute_value(item, attribute_type))
        });
        let description = self.optional(&fields, "description", Self::text);
        Some(AttributeDeclaration {
            attribute_type: attribute_type?,
            allowed: allowed?,
            description: description?,
            examples: examples?,
        })
    }

    fn attribute_value(&mut self, slot: Slot<'_, '_>, attribute_type: Option<AttributeType>) -> Option<Scalar> {
        let Some(attribute_type) = attribute_type else { return self.scalar(slot) };
        let scalar = super::value::as_scalar(slot.node);
        let (kind, expected) = match attribute_type {
            AttributeType::Boolean => (matches!(scalar, Some(Scalar::Boolean(_))), "`true` or `false`"),
            AttributeType::Integer => (super::value::integral(slot.node).is_some(), "a whole number"),
            AttributeType::Number | AttributeType::Numbers => (matches!(scalar, Some(Scalar::Number(_))), "a number"),
            AttributeType::Time => (
                matches!(scalar, Some(Scalar::Text(_))) || super::value::integral(slot.node).is_some(),
                "a time as text, or whole Unix seconds",
            ),
            AttributeType::String | AttributeType::Strings | AttributeType::Semver | AttributeType::Ip => {
                (matches!(scalar, Some(Scalar::Text(_))), "text")
            }
        };
        if !kind {
            self.wrong_type(slot, expected);
            return None;
        }
        if let Some(Scalar::Text(text)) = &scalar
            && let Some(what) = meaningless(attribute_type, text)
        {
            self.report(&shape::ATTRIBUTE_VALUE, slot.span(), format!("`{text}` is not {what}"));
            return None;
        }
        scalar
    }

    fn lints(&mut self, slot: Slot<'_, '_>) -> Option<BTreeMap<String, String>> {
        let fields = self.mapping(slot, "a mapping of lints to levels")?;
        let decoded: Vec<(String, String)> = fields
            .entries()
            .iter()
            .filter_map(|entry| {
                let names = Severity::ALL.iter().map(|(_, name)| *name);
                let level = self.choice(Slot::entry(entry), Severity::from_name, names)?;
                Some((entry.key.clone().into_owned(), level.name().to_owned()))
            })
            .collect();
        (decoded.len() == fields.entries().len()).then(|| decoded.into_iter().collect())
    }
}

/// What `text` should be and is not, for types whose text has a form of its own.
fn meaningless(attribute_type: AttributeType, text: &str) -> Option<&'static str> {
    let (fits, what) = match attribute_type {
        AttributeType::Semver => (semver::Version::parse(text).is_ok(), "a semantic version such as 2.1.0"),
        AttributeType::Ip => (text.parse::<std::net::IpAddr>().is_ok(), "an IP address"),
        AttributeType::Time => (Timestamp::parse(text).is_ok(), "a time such as 2026-12-01T09:00:00Z"),
        _ => return None,
    };
    (!fits).then_some(what)
}
