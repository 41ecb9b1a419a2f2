//! The place, by its IP address.

use maxminddb::{Reader, geoip2};
use std::net::IpAddr;

/// A database of places: one of cities or of countries.
pub(super) struct Geo {
    reader: Reader<Vec<u8>>,
}

impl Geo {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, String> {
        Reader::from_source(bytes).map(|reader| Self { reader }).map_err(|error| error.to_string())
    }

    /// What is known of the attribute at `path`; `None` when nothing is.
    pub(super) fn tell(&self, path: &str, address: IpAddr) -> Result<Option<String>, String> {
        let found = self.reader.lookup(address).and_then(|found| found.decode::<geoip2::City<'_>>());
        let Some(city) = found.map_err(|error| error.to_string())? else { return Ok(None) };
        let country = city.country.iso_code;
        let value = match path {
            "geo.country" => country.map(str::to_owned),
            "geo.region" => {
                let region = city.subdivisions.first().and_then(|region| region.iso_code);
                country.zip(region).map(|(country, region)| format!("{country}-{region}"))
            }
            "geo.city" => city.city.names.english.map(str::to_owned),
            _ => None,
        };
        Ok(value)
    }
}
