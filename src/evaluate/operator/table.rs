//! The entries of the table.

use super::{Accepts, Example, Operator, Takes};
use super::{
    network::Networks,
    number::Number,
    order::{Parts, Size, Sorted},
    pattern::Patterns,
    presence::{Emptiness, Presence, Types},
    set,
    text::Affix,
    time::Moment,
};
use super::{version::Precedence, version::Range};

/// An entry: name, operand, `not` for a negative operator, `case` or `lenient` where `ignore_case` or that may stand beside it, what works
/// the operand out, its line for people; then examples as `operand : attribute => answer`, with `-` for a missing
/// attribute and `nocase` for `ignore_case: true`.
macro_rules! operators {
    ($($name:literal $takes:ident ($($mark:ident)*) $prepare:expr, $doc:literal {
        $($operand:literal : $attribute:tt $($nocase:ident)? => $answer:literal,)*
    })*) => {
        &[$(Operator {
            name: $name,
            takes: Takes::$takes,
            negative: operators!(@is_not $($mark)*),
            ignores_case: operators!(@is_case $($mark)*),
            lenient: operators!(@is_lenient $($mark)*),
            any_item: operators!(@looks_inside $name),
            doc: $doc,
            examples: &[$(Example {
                operand: $operand,
                attribute: operators!(@attribute $attribute),
                ignore_case: operators!(@any $($nocase)?),
                matches: $answer,
            }),*],
            prepare: $prepare,
        }),*]
    };
    (@is_not not $($rest:ident)*) => { true };
    (@is_not $($rest:ident)*) => { false };
    (@is_case not case) => { true };
    (@is_case case) => { true };
    (@is_case $($rest:ident)*) => { false };
    (@is_lenient not lenient) => { true };
    (@is_lenient lenient) => { true };
    (@is_lenient $($rest:ident)*) => { false };
    (@looks_inside "exists") => { false };
    (@looks_inside $name:literal) => { true };
    (@attribute -) => { None };
    (@attribute $attribute:literal) => { Some($attribute) };
    (@any) => { false };
    (@any nocase) => { true };
}

/// Every operator.
pub static OPERATORS: &[Operator] = operators! {
    "equals" Scalar (case) set::OneOf::prepare, "the attribute is this value" {
        r#""DE""# : r#""DE""# => true, r#""DE""# : r#""de""# => false, r#""DE""# : r#""de""# nocase => true,
        "5" : "5.0" => true, "5" : r#""5""# => false, "true" : "true" => true, r#""DE""# : r#"["DE"]"# => false,
        r#""DE""# : - => false,
    }
    "not_equals" Scalar (not case) set::OneOf::prepare, "the attribute is there and is another value" {
        r#""DE""# : r#""FR""# => true, r#""DE""# : r#""DE""# => false, r#""DE""# : "5" => true,
        r#""DE""# : r#""de""# nocase => false, r#""DE""# : "null" => false, r#""DE""# : r#"["FR"]"# => false,
        r#""DE""# : - => false,
    }
    "in" Scalars (case) set::OneOf::prepare, "the attribute is one of these values" {
        r#"["DE", "FR"]"# : r#""FR""# => true, r#"["DE", "FR"]"# : r#""IT""# => false, r#"["1", 2]"# : "1" => false,
        r#"["1", 2]"# : "2" => true, r#"["DE"]"# : r#""de""# nocase => true, r#"["DE"]"# : - => false,
    }
    "not_in" Scalars (not case) set::OneOf::prepare, "the attribute is there and is none of these values" {
        r#"["DE", "FR"]"# : r#""IT""# => true, r#"["DE", "FR"]"# : r#""DE""# => false, r#"["DE"]"# : "{}" => false,
        r#"["DE"]"# : r#""de""# nocase => false, r#"["DE"]"# : - => false,
    }
    "contains" ScalarOrScalars (case) set::Contains::prepare, "the text has this part, or the list has this item" {
        r#""ell""# : r#""hello""# => true, r#""ELL""# : r#""hello""# => false, r#""ELL""# : r#""hello""# nocase => true,
        r#"["x", "ell"]"# : r#""hello""# => true, r#""a""# : r#"["a", "b"]"# => true, r#""a""# : r#"["ab"]"# => false,
        r#""A""# : r#"["a"]"# nocase => true, "3" : "[1, 2, 3.0]" => true, "3" : r#"["3"]"# => false,
        "3" : r#""123""# => false, "3" : "3" => false, r#""a""# : - => false,
    }
    "not_contains" ScalarOrScalars (not case) set::Contains::prepare,
        "the attribute is there and neither has this part nor this item" {
        r#""x""# : r#""hello""# => true, r#""ell""# : r#""hello""# => false, r#"["x", "ell"]"# : r#""hello""# => false,
        r#""a""# : r#"["b"]"# => true, r#""a""# : "[]" => true, r#""a""# : "7" => false, r#""A""# : r#"["a"]"# nocase => false,
        r#""a""# : - => false,
    }
    "starts_with" TextOrTexts (case) Affix::start, "the text starts so" {
        r#""dev-""# : r#""dev-42""# => true, r#""dev-""# : r#""a-dev-42""# => false,
        r#"["qa-", "dev-"]"# : r#""dev-42""# => true, r#""DEV""# : r#""dev-42""# nocase => true,
        r#""1""# : "12" => false, r#""dev-""# : - => false,
    }
    "ends_with" TextOrTexts (case) Affix::end, "the text ends so" {
        r#""@acme.com""# : r#""ada@acme.com""# => true, r#""@acme.com""# : r#""ada@acme.com.org""# => false,
        r#"["@a.com", "@b.com"]"# : r#""x@b.com""# => true, r#""@ACME.com""# : r#""ada@acme.COM""# nocase => true,
        r#""x""# : r#"["x"]"# => false, r#""x""# : - => false,
    }
    "matches" PatternOrPatterns (case) Patterns::prepare, "the regular expression is found in the text" {
        r#""^user-[0-9]+$""# : r#""user-42""# => true, r#""^user-[0-9]+$""# : r#""user-x""# => false,
        r#""b+""# : r#""abbc""# => true, r#"["^a", "z$"]"# : r#""xyz""# => true, r#""B+""# : r#""abbc""# => false,
        r#""B+""# : r#""abbc""# nocase => true, r#""4""# : "42" => false, r#""x""# : - => false,
    }
    "greater_than" Number (lenient) |test| Number::prepare(test, Accepts::GREATER), "the number is greater" {
        "18" : "18.5" => true, "18" : "18" => false, "18" : r#""19""# => false, "18" : - => false,
    }
    "greater_than_or_equal" Number (lenient) |test| Number::prepare(test, Accepts::AT_LEAST), "the number is at least this" {
        "18" : "18" => true, "18" : "17.9" => false, "18" : "true" => false, "18" : - => false,
    }
    "less_than" Number (lenient) |test| Number::prepare(test, Accepts::LESS), "the number is less" {
        "18" : "-1" => true, "18" : "18" => false, "18" : "null" => false, "18" : - => false,
    }
    "less_than_or_equal" Number (lenient) |test| Number::prepare(test, Accepts::AT_MOST), "the number is at most this" {
        "18" : "18" => true, "18" : "18.001" => false, "18" : "[1]" => false, "18" : - => false,
    }
    "semver_equal" Version (lenient) |test| Precedence::prepare(test, Accepts::EQUAL),
        "the version is this one; build metadata does not count" {
        r#""2.1.0""# : r#""2.1.0+build.7""# => true, r#""2.1.0""# : r#""2.1.0-rc.1""# => false,
        r#""2.1.0""# : r#""2.1""# => false, r#""2.1.0""# : r#""v2.1.0""# => false, r#""2.1.0""# : - => false,
    }
    "semver_not_equal" Version (not lenient) |test| Precedence::prepare(test, Accepts::EQUAL),
        "the version is valid and another one" {
        r#""2.1.0""# : r#""2.1.1""# => true, r#""2.1.0""# : r#""2.1.0+x""# => false, r#""2.1.0""# : r#""2.1""# => false,
        r#""2.1.0""# : "2" => false, r#""2.1.0""# : - => false,
    }
    "semver_greater_than" Version (lenient) |test| Precedence::prepare(test, Accepts::GREATER), "the version is newer" {
        r#""2.9.0""# : r#""2.10.0""# => true, r#""2.1.0""# : r#""2.1.0+z""# => false,
        r#""2.1.0""# : r#""2.1.0-rc.1""# => false, r#""2.1.0-rc.2""# : r#""2.1.0-rc.11""# => true,
        r#""2.1.0""# : - => false,
    }
    "semver_greater_than_or_equal" Version (lenient) |test| Precedence::prepare(test, Accepts::AT_LEAST),
        "the version is this one or newer" {
        r#""2.1.0+a""# : r#""2.1.0""# => true, r#""2.1.0""# : r#""2.0.9""# => false, r#""2.1.0""# : r#""3""# => false,
        r#""2.1.0""# : - => false,
    }
    "semver_less_than" Version (lenient) |test| Precedence::prepare(test, Accepts::LESS), "the version is older" {
        r#""2.1.0""# : r#""2.1.0-rc.1""# => true, r#""2.1.0""# : r#""2.1.0""# => false,
        r#""2.1.0""# : r#""x""# => false, r#""2.1.0""# : - => false,
    }
    "semver_less_than_or_equal" Version (lenient) |test| Precedence::prepare(test, Accepts::AT_MOST),
        "the version is this one or older" {
        r#""2.1.0""# : r#""2.1.0""# => true, r#""2.1.0""# : r#""2.1.1""# => false, r#""2.1.0""# : r#""01.0.0""# => false,
        r#""2.1.0""# : - => false,
    }
    "semver_range" VersionRange () Range::prepare,
        "the version is in the range; a pre-release only if the range names one of the same version" {
        r#"">=2.1.0, <3.0.0""# : r#""2.9.4""# => true, r#"">=2.1.0, <3.0.0""# : r#""3.0.0""# => false,
        r#""~1.4""# : r#""1.4.9""# => true, r#""^0.2.3""# : r#""0.3.0""# => false, r#""1.2""# : r#""1.9.0""# => true,
        r#"">=1.0.0""# : r#""2.0.0-rc.1""# => false, r#"">=2.0.0-rc.0""# : r#""2.0.0-rc.1""# => true,
        r#""*""# : - => false,
    }
    "before" Time () |test| Moment::prepare(test, Accepts::LESS), "the time is earlier" {
        r#""2026-12-01""# : r#""2026-11-30T23:59:59Z""# => true, r#""2026-12-01""# : r#""2026-12-01""# => false,
        r#""2026-12-01T09:00:00+01:00""# : r#""2026-12-01T08:30:00Z""# => false, r#""2026-12-01""# : "0" => true,
        r#""2026-12-01""# : r#""2026-11-01T09:00:00""# => false, r#""2026-12-01""# : - => false,
    }
    "after" Time () |test| Moment::prepare(test, Accepts::GREATER), "the time is later" {
        r#""2026-12-01""# : r#""2026-12-01T00:00:01Z""# => true, r#""2026-12-01""# : r#""2026-12-01""# => false,
        r#""1970-01-01""# : "1.5" => true, r#""1970-01-01""# : "0.5" => false, r#""1970-01-01""# : "true" => false,
        r#""2026-12-01""# : - => false,
    }
    "sorts_before" TextOrTexts () |test| Sorted::prepare(test, Accepts::LESS), "the text comes before this one, by code point" {
        r#""2026-01-01""# : r#""2025-12-31""# => true, r#""b""# : r#""b""# => false, r#""b""# : r#""Z""# => true,
        r#""5""# : "4" => false, r#""b""# : - => false,
    }
    "sorts_after" TextOrTexts () |test| Sorted::prepare(test, Accepts::GREATER), "the text comes after this one, by code point" {
        r#""2026-01-01""# : r#""2026-01-01T00:00""# => true, r#""b""# : r#""b""# => false, r#""b""# : - => false,
    }
    "version_equal" TextOrTexts () |test| Parts::prepare(test, Accepts::EQUAL),
        "the version is this one, part by part, whatever its form; a `v` in front and build metadata do not count" {
        r#""1.2.3""# : r#""v1.2.3+b""# => true, r#""1.2.3""# : r#""1-2-3""# => true, r#""1.2""# : r#""1.2.0""# => false,
        r#""7""# : "7" => true, r#""1.2.3""# : "true" => false, r#""1.2.3""# : - => false,
    }
    "version_greater_than" TextOrTexts () |test| Parts::prepare(test, Accepts::GREATER),
        "the version comes after this one, part by part: numbers (of up to five digits) by value, and before text" {
        r#""1.2.3.4""# : r#""1.2.3.10""# => true, r#""1.2.3-rc.1""# : r#""1.2.3""# => true, r#""2""# : r#""10""# => true,
        r#""1.2.3""# : r#""1.2.3""# => false, r#""1.2.3""# : r#""a.b""# => true, r#""1.2.3""# : - => false,
    }
    "version_less_than" TextOrTexts () |test| Parts::prepare(test, Accepts::LESS),
        "the version comes before this one, part by part: numbers (of up to five digits) by value, and before text" {
        r#""1.2.3""# : r#""1.2""# => true, r#""1.2.3""# : r#""1.2.3-rc.1""# => true, r#""1.2.3""# : r#""1.10.0""# => false,
        r#""1.2.3""# : - => false,
    }
    "size_equals" Number () |test| Size::prepare(test, Accepts::EQUAL), "the list has so many items" {
        "2" : r#"["a", "b"]"# => true, "2" : "[]" => false, "2" : r#""ab""# => false, "0" : - => false,
    }
    "size_greater_than" Number () |test| Size::prepare(test, Accepts::GREATER), "the list has more items" {
        "1" : r#"["a", "b"]"# => true, "2" : r#"["a", "b"]"# => false, "0" : "{}" => false, "0" : - => false,
    }
    "size_less_than" Number () |test| Size::prepare(test, Accepts::LESS), "the list has fewer items" {
        "1" : "[]" => true, "1" : "[1]" => false, "1" : r#""""# => false, "1" : - => false,
    }
    "in_cidr" NetworkOrNetworks () Networks::prepare, "the address is in the network" {
        r#""10.0.0.0/8""# : r#""10.1.2.3""# => true, r#""10.0.0.0/8""# : r#""11.0.0.1""# => false,
        r#""10.0.0.0/8""# : r#""::ffff:10.1.2.3""# => true, r#""::ffff:10.0.0.0/104""# : r#""10.1.2.3""# => true,
        r#""2001:db8::/32""# : r#""2001:db8::1""# => true, r#"["10.0.0.0/8", "192.0.2.7"]"# : r#""192.0.2.7""# => true,
        r#""0.0.0.0/0""# : r#""::1""# => false, r#""0.0.0.0/0""# : r#""10.1.2""# => false,
        r#""0.0.0.0/0""# : "167772161" => false, r#""0.0.0.0/0""# : - => false,
    }
    "exists" Boolean () Presence::prepare, "the attribute is there and not null (`false`: it is not)" {
        "true" : "0" => true, "true" : "[]" => true, "true" : "null" => false, "true" : - => false,
        "false" : - => true, "false" : "null" => true, "false" : r#""""# => false,
    }
    "empty" Boolean () Emptiness::prepare, "the text, list or mapping has nothing in it (`false`: it has something)" {
        "true" : r#""""# => true, "true" : "[]" => true, "true" : "{}" => true, "true" : r#"" ""# => false,
        "true" : "0" => false, "false" : r#""a""# => true, "false" : "[]" => false, "false" : "0" => false,
        "true" : - => false, "false" : - => false,
    }
    "has_type" TypeOrTypes () Types::prepare, "the attribute is of this type" {
        r#""text""# : r#""a""# => true, r#""text""# : "1" => false, r#"["number", "boolean"]"# : "1.5" => true,
        r#"["number", "boolean"]"# : "false" => true, r#""list""# : "[]" => true, r#""mapping""# : "{}" => true,
        r#""mapping""# : "[]" => false, r#""null""# : "null" => true, r#""null""# : - => false, r#""text""# : "null" => false, r#""text""# : - => false,
    }
};
