use super::*;

/// Kind of device, system and browser of well-known user agents.
const AGENTS: &[(&str, [&str; 3])] = &[
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
        ["phone", "ios", "safari"],
    ),
    (
        "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.6099.50 Mobile/15E148 Safari/604.1",
        ["tablet", "ios", "chrome"],
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.43 Mobile Safari/537.36",
        ["phone", "android", "chrome"],
    ),
    (
        "Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.119 Safari/537.36",
        ["tablet", "android", "chrome"],
    ),
    (
        "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
        ["phone", "android", "samsung-internet"],
    ),
    ("Mozilla/5.0 (Android 13; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0", ["phone", "android", "firefox"]),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
        ["desktop", "windows", "edge"],
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15",
        ["desktop", "macos", "safari"],
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", ["desktop", "linux", "firefox"]),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0", ["desktop", "linux", "firefox"]),
    (
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
        ["desktop", "chromeos", "chrome"],
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36 OPR/104.0.0.0",
        ["desktop", "windows", "opera"],
    ),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", ["bot", "other", "googlebot"]),
    (
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ["bot", "android", "googlebot"],
    ),
    (
        "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
        ["console", "other", "safari"],
    ),
    (
        "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36",
        ["tv", "other", "safari"],
    ),
    (
        "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063",
        ["phone", "other", "edge"],
    ),
    ("curl/8.4.0", ["other", "other", "curl"]),
];

#[test]
fn user_agents_tell_devices() {
    for (agent, expected) in AGENTS {
        let found = ["device.type", "device.os", "device.browser"].map(|path| device::tell(path, agent).unwrap());
        assert_eq!(found, expected.map(str::to_owned), "{agent}");
    }
    assert_eq!(device::tell("device.type", " "), None);
}

/// An enricher for a program that asks for these attributes.
fn enricher(asked: &[&str], database: Option<&str>) -> Enricher<'static> {
    let wanted = DERIVED.iter().filter(|derived| asked.contains(&derived.path));
    let wanted = wanted.map(|derived| (*derived, AttributePath::parse(derived.path).unwrap())).collect();
    let read = Box::new(|path: &str| Err(format!("no file {path}")));
    Enricher { wanted, database: database.map(str::to_owned), read, geo: OnceCell::new(), problem: OnceCell::new() }
}

fn context(json: &str) -> Context {
    Context::parse(json).unwrap()
}

#[test]
fn only_what_is_asked_for_and_not_there_is_derived() {
    let agent = AGENTS[0].0;
    let mut asked = context(&format!(r#"{{"userAgent": "{agent}", "device": {{"type": "fridge"}}}}"#));
    let found = enricher(&["device.type", "device.os"], None).enrich(&mut asked);
    assert_eq!(
        found.iter().map(|(derived, value)| (derived.path, value.as_str())).collect::<Vec<_>>(),
        [("device.os", "ios")]
    );
    let get = |path| asked.get(&AttributePath::parse(path).unwrap()).cloned();
    assert_eq!(
        (get("device.type"), get("device.os"), get("device.browser")),
        (Some("fridge".into()), Some("ios".into()), None)
    );
    // Nothing follows from what is no text, nor below what is no object.
    for odd in [r#"{"userAgent": 7}"#, "{}", r#"{"userAgent": "curl/8", "device": "x"}"#, r#"{"userAgent": ""}"#] {
        let mut odd = context(odd);
        let before = odd.clone();
        assert_eq!(enricher(&["device.type"], None).enrich(&mut odd), []);
        assert_eq!(odd, before);
    }
}

#[test]
fn a_missing_database_is_an_error_only_where_a_place_is_asked_for() {
    let mut somebody = context(r#"{"ip": "81.2.69.142"}"#);
    assert_eq!(enricher(&["device.type"], None).enrich(&mut somebody), []);
    assert_eq!(somebody.untold(), None);
    let missing = enricher(&["geo.city"], None);
    assert_eq!((missing.problem(), missing.enrich(&mut somebody)), (None, vec![]));
    assert_eq!(missing.problem(), Some(&EnrichError::NoDatabase("geo.city")));
    assert!(somebody.untold().unwrap().contains("names no database"));
    let bad = enricher(&["geo.city"], Some("x.mmdb"));
    assert_eq!(bad.enrich(&mut somebody), []);
    let words = bad.problem().map(ToString::to_string);
    assert_eq!(words.as_deref(), Some("can't read the database of places `x.mmdb`: no file x.mmdb"));
    let mut told = context(r#"{"ip": "81.2.69.142", "geo": {"city": "London"}}"#);
    let mut nowhere = context(r#"{"ip": "somewhere"}"#);
    for context in [&mut told, &mut nowhere] {
        assert_eq!(enricher(&["geo.city"], None).enrich(context), []);
        assert_eq!(context.untold(), None);
    }
}
