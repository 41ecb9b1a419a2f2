use super::*;
use crate::model::AttributeDeclaration;
use std::collections::BTreeMap;

fn project() -> Project {
    let declared = |attribute_type| AttributeDeclaration {
        attribute_type,
        allowed: Vec::new(),
        description: None,
        examples: Vec::new(),
    };
    let attributes = [("zip", AttributeType::String), ("age", AttributeType::Integer)];
    let mut project = Project::with_environments(Vec::new());
    project.attributes = Some(
        attributes
            .map(|(name, kind)| (AttributePath::parse(name).unwrap(), declared(kind)))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    );
    project
}

fn read(text: &str) -> std::result::Result<String, String> {
    condition(&project(), text).map(|found| found.to_string()).map_err(|failure| failure.to_string())
}

#[test]
fn every_way_to_write_a_condition() {
    for (text, meaning) in [
        ("country in DE,FR", "country in [DE, FR]"),
        ("country in [DE, FR]", "country in [DE, FR]"),
        ("country in DE", "country in [DE]"),
        ("country not in DE,FR", "country not in [DE, FR]"),
        ("country not-in DE", "country not in [DE]"),
        ("plan equals pro", "plan equals pro"),
        ("plan = pro", "plan equals pro"),
        ("plan=pro", "plan equals pro"),
        ("plan != pro", "plan not equals pro"),
        ("age greater_than 30", "age greater than 30"),
        ("age greater than or equal 30", "age greater than or equal 30"),
        ("age>=30", "age greater than or equal 30"),
        ("age < 30", "age less than 30"),
        ("company equals Big Fish", "company equals \"Big Fish\""),
        ("company equals \"Big, Fish\"", "company equals \"Big, Fish\""),
        ("company in \"Big, Fish\",Small", "company in [\"Big, Fish\", Small]"),
        ("email ends_with @a.com,@b.com", "email ends with [@a.com, @b.com]"),
        ("name matches ^a{1,3}$", "name matches \"^a{1,3}$\""),
        ("plan exists", "plan exists true"),
        ("plan exists false", "plan exists false"),
        ("segment staff", "in segment staff"),
        ("in segment staff", "in segment staff"),
        ("segment = a", "segment equals a"),
        ("not segment staff", "not (in segment staff)"),
        ("not in segment staff", "not (in segment staff)"),
        ("not plan equals pro", "not (plan equals pro)"),
        ("not = 5", "not equals 5"),
        ("percentage 12.5", "in 12.5%"),
        ("percentage 10% by company.id", "in 10% by company.id"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(meaning), "{text}");
    }
}

#[test]
fn values_take_the_declared_type_else_what_yaml_makes_of_them() {
    let operand = |text| match condition(&project(), text) {
        Ok(Condition::Test(test)) => test.operand,
        other => panic!("{other:?}"),
    };
    let text = |text: &str| Operand::One(Scalar::Text(text.into()));
    assert_eq!(operand("zip = 10115"), text("10115"));
    assert_eq!(operand("age = 30"), Operand::One(Scalar::Number(30.0)));
    assert_eq!(operand("other = 30"), Operand::One(Scalar::Number(30.0)));
    assert_eq!(operand("other = \"30\""), text("30"));
    assert_eq!(operand("other = true"), Operand::One(Scalar::Boolean(true)));
    assert_eq!(operand("other = no"), text("no"));
    assert_eq!(operand("other = \"\""), text(""));
}

#[test]
fn refusals_say_what_is_wrong() {
    for (text, words) in [
        ("", "no operator"),
        ("plan", "no operator"),
        ("plan equal pro", "no operator `equal`"),
        ("plan equals", "needs a value"),
        ("age > old", "`old` is no number"),
        ("age = old", "`old` is no number"),
        ("a..b = 1", "`a..b` is no attribute"),
        ("name matches (", "`name matches (` is no condition"),
        ("country in DE,,FR", "a value is empty"),
        ("segment ../x", "`segment ../x` is no condition"),
        ("percentage 120", "from 0 to 100"),
        ("percentage 10 of all", "`of` is not expected"),
        ("not", "no operator"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
    let failure = condition(&project(), "plan equal pro").unwrap_err();
    assert_eq!(failure.diagnostics[0].help, ["did you mean `equals`?"]);
}

#[test]
fn yaml_in_braces_is_read_as_in_files() {
    assert_eq!(read("{attribute: plan, equals: pro}").as_deref(), Ok("plan equals pro"));
    let nested = "{any: [{attribute: country, in: [DE, \"NO\"]}, {not: {segment: staff}}]}";
    assert_eq!(read(nested).as_deref(), Ok("country in [DE, NO] or not (in segment staff)"));
    assert!(read("{attribute: plan}").is_err());
    assert!(read("{attribute: plan, equals: pro").is_err());
    assert!(read("{segment: a}, {segment: b}").unwrap_err().contains("several"));
}
