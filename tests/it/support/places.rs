//! A small database of places in MaxMind's format (version 2.0), written from its specification.

/// The bytes of a database of IPv4 networks: address, length of the prefix, country, subdivision, city.
pub(crate) fn places(networks: &[([u8; 4], u8, &str, &str, &str)]) -> Vec<u8> {
    // A node has two records: `None` for nothing, another node, or data.
    let mut nodes: Vec<[Record; 2]> = vec![[Record::Nothing; 2]];
    let mut data = Vec::new();
    for (address, length, country, region, city) in networks {
        let bits = u32::from_be_bytes(*address);
        let mut node = 0;
        for depth in 0..*length {
            let side = usize::from(bits >> (31 - depth) & 1 == 1);
            if depth + 1 == *length {
                nodes[node][side] = Record::Data(data.len());
            } else {
                node = match nodes[node][side] {
                    Record::Node(next) => next,
                    _ => {
                        nodes.push([Record::Nothing; 2]);
                        let next = nodes.len() - 1;
                        nodes[node][side] = Record::Node(next);
                        next
                    }
                };
            }
        }
        map(&mut data, 3);
        text(&mut data, "city");
        map(&mut data, 1);
        text(&mut data, "names");
        map(&mut data, 1);
        text(&mut data, "en");
        text(&mut data, city);
        text(&mut data, "country");
        map(&mut data, 1);
        text(&mut data, "iso_code");
        text(&mut data, country);
        text(&mut data, "subdivisions");
        data.extend([1, 4]); // an extended type, the array, of one item
        map(&mut data, 1);
        text(&mut data, "iso_code");
        text(&mut data, region);
    }
    let count = nodes.len();
    let mut bytes = Vec::new();
    for record in nodes.iter().flatten() {
        let value = match record {
            Record::Nothing => count,
            Record::Node(node) => *node,
            Record::Data(offset) => count + 16 + offset,
        };
        bytes.extend(&u32::try_from(value).expect("small").to_be_bytes()[1..]);
    }
    bytes.extend([0; 16]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    metadata(&mut bytes, count);
    bytes
}

#[derive(Clone, Copy)]
enum Record {
    Nothing,
    Node(usize),
    Data(usize),
}

fn metadata(bytes: &mut Vec<u8>, count: usize) {
    map(bytes, 9);
    for (name, value) in
        [("binary_format_major_version", 2), ("binary_format_minor_version", 0), ("ip_version", 4), ("record_size", 24)]
    {
        text(bytes, name);
        bytes.push(0b1010_0010); // a uint16 of two bytes
        bytes.extend(u16::to_be_bytes(value));
    }
    text(bytes, "node_count");
    bytes.push(0b1100_0100); // a uint32 of four bytes
    bytes.extend(u32::try_from(count).expect("small").to_be_bytes());
    text(bytes, "build_epoch");
    bytes.extend([0b0000_0001, 2, 1]); // an extended type, the uint64, of one byte
    text(bytes, "database_type");
    text(bytes, "Places");
    text(bytes, "description");
    map(bytes, 0);
    text(bytes, "languages");
    bytes.extend([0, 4]); // an empty array
}

fn map(bytes: &mut Vec<u8>, entries: u8) {
    assert!(entries < 29, "longer maps are written otherwise");
    bytes.push(0b1110_0000 | entries);
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    let length = u8::try_from(text.len()).expect("short");
    assert!(length < 29, "longer texts are written otherwise");
    bytes.push(0b0100_0000 | length);
    bytes.extend(text.as_bytes());
}
