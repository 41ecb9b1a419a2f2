//! What the tables of the file format are made of: objects, fields, and the shapes behind the keys.

/// An object of the file format.
#[derive(Debug)]
pub struct Object {
    /// Its name; the name of its definition in the schemas.
    pub name: &'static str,
    /// What it is, for messages: `a rule`.
    pub what: &'static str,
    /// One line for people.
    pub doc: &'static str,
    /// Its fields, in the order in which they are written.
    pub fields: &'static [Field],
    /// Rules across its fields that a schema can express.
    pub rule: Option<Rule>,
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// Its key in files.
    pub name: &'static str,
    /// Whether it has to be there.
    pub required: bool,
    /// What stands behind the key.
    pub shape: Shape,
    /// One line for people.
    pub doc: &'static str,
}

/// A rule across the fields of one object.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// At least one of these fields is there.
    AnyOf(&'static [&'static str]),
    /// The type decides about variants: see the schema of a flag.
    FlagTypes,
    /// The declared type decides about `enum` and `examples`.
    AttributeTypes,
    /// The file or each of its cases names an environment.
    CaseEnvironments,
    /// A test has one operator of the table, and `ignore_case` only where it means something.
    Operators,
}

/// What stands behind a key. Each shape has one method of the decoder and one fragment of schema.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Text that is not empty.
    Text,
    /// `true` or `false`.
    Boolean,
    /// Only `true`.
    True,
    /// A checked name.
    Name,
    /// One of a few words.
    Choice(fn() -> Vec<&'static str>),
    /// A point in time.
    Time,
    /// A percentage.
    Share,
    /// A position among buckets: a percentage below 100.
    Bucket,
    /// The format number of a project.
    Format,
    /// A salt.
    Salt,
    /// A path to an attribute.
    Attribute,
    /// Which attributes are the unit: a path, a list of paths that are joined, or `{first: […]}`.
    By,
    /// A unit: text that is not empty, or a whole number.
    Unit,
    /// Text, a number, or a boolean.
    Scalar,
    /// Any JSON value.
    Json,
    /// A value of the flag's type.
    Value,
    /// A variant of this flag: `true` or `false`, or a name, as the flag's type asks.
    Variant,
    /// `true`, `false` or a name, as the type of another flag asks.
    AnyVariant,
    /// A variant or a strategy.
    Serve,
    /// A condition.
    Condition,
    /// A name, or a list of names.
    NameOrNames,
    /// A list.
    List(&'static List),
    /// A mapping with keys that the user chooses.
    Map(&'static Map),
    /// An object with a table of its own.
    Object(&'static Object),
}

/// A list.
#[derive(Debug)]
pub struct List {
    /// What its items are.
    pub items: Shape,
    /// Whether it needs at least one.
    pub filled: bool,
    /// Whether no two items are equal. Units are compared by the decoder, as `1` and `"1"` are one unit.
    pub unique: bool,
}

/// A mapping with free keys.
#[derive(Debug)]
pub struct Map {
    /// What its keys are: [`Shape::Name`], [`Shape::Attribute`] or [`Shape::Text`].
    pub keys: Shape,
    /// What its values are.
    pub values: Shape,
    /// Whether it needs at least one entry.
    pub filled: bool,
}

impl Object {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The names of its fields, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.fields.iter().map(|field| field.name)
    }
}
