//! Addresses in networks.

use super::attribute::{Attribute, address};
use super::{Matcher, texts};
use crate::model::Test;
use ipnet::{IpNet, Ipv4Net};

/// Networks, one of which has the address.
#[derive(Debug)]
pub(crate) struct Networks(Box<[IpNet]>);

impl Networks {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        let networks = texts(test)?.into_iter().map(|text| {
            network(text).ok_or_else(|| {
                format!("`{text}` is not a network: write an address, or one with a prefix such as 10.0.0.0/8")
            })
        });
        Ok(Matcher::Networks(Self(networks.collect::<Result<_, _>>()?)))
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        attribute.address.map(|address| self.0.iter().any(|network| network.contains(&address)))
    }
}

/// A network, or an address as a network of one. Like addresses, v4 networks that are mapped into v6 are v4 networks.
fn network(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpNet>() {
        Ok(network) => network,
        Err(_) => IpNet::from(address(text)?),
    };
    let mapped = match network {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => v6.addr().to_ipv4_mapped().zip(Some(v6.prefix_len() - 96)),
        _ => None,
    };
    match mapped {
        Some((address, prefix)) => Ipv4Net::new(address, prefix).ok().map(IpNet::V4),
        None => Some(network),
    }
}
