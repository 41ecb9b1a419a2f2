//! The lints, one file each, named after the code.

mod duplicate_segment;
mod empty_segment;
mod expired;
mod fully_rolled_out;
mod impossible_rule;
mod key_style;
mod kill_switch_default;
mod killed_long_ago;
mod large_target_list;
mod missing_description;
mod missing_environment;
mod missing_expiry;
mod missing_owner;
mod no_effect;
mod not_on_missing;
mod outdated_schemas;
mod permanent_release;
mod personal_data;
mod promotion_order;
mod redundant_rule;
mod redundant_target;
mod rollout_finished;
mod rule_without_effect;
mod rule_without_id;
mod same_value;
mod schedule_over;
mod shared_salt;
mod single_variant;
mod unmet_requirement;
mod unreachable_rule;
mod unsafe_default;
mod unused_ignore;
mod unused_segment;
mod unused_variant;

use super::Lint;

/// Every lint, in the order of the codes.
pub static LINTS: &[Lint] = &[
    missing_owner::LINT,
    missing_description::LINT,
    missing_expiry::LINT,
    expired::LINT,
    permanent_release::LINT,
    unreachable_rule::LINT,
    redundant_rule::LINT,
    impossible_rule::LINT,
    rule_without_effect::LINT,
    rule_without_id::LINT,
    promotion_order::LINT,
    key_style::LINT,
    not_on_missing::LINT,
    unused_variant::LINT,
    single_variant::LINT,
    same_value::LINT,
    no_effect::LINT,
    fully_rolled_out::LINT,
    kill_switch_default::LINT,
    unsafe_default::LINT,
    missing_environment::LINT,
    schedule_over::LINT,
    rollout_finished::LINT,
    large_target_list::LINT,
    redundant_target::LINT,
    personal_data::LINT,
    killed_long_ago::LINT,
    empty_segment::LINT,
    unused_segment::LINT,
    duplicate_segment::LINT,
    unmet_requirement::LINT,
    shared_salt::LINT,
    unused_ignore::LINT,
    outdated_schemas::LINT,
];

#[cfg(test)]
mod tests {
    use super::LINTS;
    use crate::diagnostic::codes::lint;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_is_registered_and_named_after_its_code() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/lints");
        let stems = std::fs::read_dir(folder).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            path.file_stem().unwrap().to_str().unwrap().replace('_', "-")
        });
        let files: BTreeSet<String> = stems.filter(|stem| stem != "mod").collect();
        let registered: BTreeSet<String> = LINTS.iter().map(|lint| lint.code.name.to_owned()).collect();
        assert_eq!(files, registered);
    }

    #[test]
    fn the_table_of_codes_and_the_table_of_lints_agree() {
        let codes: Vec<_> = lint::TABLE.iter().map(|code| code.id).collect();
        let lints: Vec<_> = LINTS.iter().map(|lint| lint.code.id).collect();
        assert_eq!(lints, codes);
    }
}
