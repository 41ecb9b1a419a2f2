//! Codes of flag tests.

use super::codes;

codes! {
    EXPECTATION_FAILED = "F300" "expectation-failed" Error
        "a flag does not answer as its test expects"
        "`git flag test` evaluates the flag as any client would and compares. What was expected and what came stand in the message, with every step on the way. Either the flag or the case in `flags/tests/` is wrong.";
    NO_TESTS = "F301" "no-tests" Error
        "the flag has no tests"
        "The tests of a flag are in `flags/tests/KEY.yaml`:\n\n    environment: production\n    expect:\n      - name: staff get it first\n        context: {email: ada@example.com}\n        variant: \"on\"\n\nEvery case names who is asking and what must come: `variant`, `value`, `reason` or `rule`.";
    TESTS_WITHOUT_FLAG = "F302" "tests-without-flag" Error
        "there are tests for a flag that does not exist"
        "A file in `flags/tests/` is named after the flag that it is about. Rename it with the flag (`git flag rename` does), or delete it.";
}
