//! An ad as the scanner sees it: its fields, by what they are for.

use std::borrow::Cow;

/// What a field of a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Number or name of the ad.
    Id,
    /// Head line.
    Title,
    /// Text of the ad.
    Text,
    /// Price.
    Price,
    /// Currency of the price.
    Currency,
    /// Number of specimens.
    Quantity,
    /// Country.
    Country,
    /// Category of the shop.
    Category,
    /// Language.
    Language,
}

/// The names that each role goes by, folded; from the languages of the first sites.
const NAMES: &[(Role, &[&str])] = &[
    (Role::Id, &["id", "ad_id", "listing_id", "item_id", "anzeigennummer", "advertentienummer"]),
    (
        Role::Title,
        &[
            "title",
            "titel",
            "titre",
            "titulo",
            "titolo",
            "tytul",
            "subject",
            "betreff",
            "name",
            "headline",
            "ad_title",
            "listing_title",
            "product_name",
            "titulo_anuncio",
            "nazev",
            "заголовок",
            "название",
            "标题",
            "標題",
            "タイトル",
            "제목",
        ],
    ),
    (
        Role::Text,
        &[
            "text",
            "description",
            "body",
            "content",
            "beschreibung",
            "anzeigentext",
            "texte",
            "descriptif",
            "omschrijving",
            "beschrijving",
            "tekst",
            "descripcion",
            "texto",
            "descrizione",
            "testo",
            "descricao",
            "opis",
            "popis",
            "ad_text",
            "listing_text",
            "message",
            "post",
            "caption",
            "описание",
            "текст",
            "опис",
            "描述",
            "内容",
            "說明",
            "説明",
            "설명",
            "mo_ta",
            "deskripsi",
            "aciklama",
            "الوصف",
        ],
    ),
    (
        Role::Price,
        &[
            "price",
            "preis",
            "prix",
            "prijs",
            "precio",
            "prezzo",
            "preco",
            "cena",
            "цена",
            "ціна",
            "价格",
            "價格",
            "価格",
            "가격",
            "gia",
            "harga",
            "fiyat",
            "السعر",
            "asking_price",
            "vraagprijs",
        ],
    ),
    (
        Role::Currency,
        &[
            "currency", "wahrung", "waehrung", "devise", "monnaie", "valuta", "munt", "moneda",
            "moeda", "waluta", "mena",
        ],
    ),
    (
        Role::Quantity,
        &[
            "quantity",
            "qty",
            "menge",
            "anzahl",
            "quantite",
            "aantal",
            "cantidad",
            "quantita",
            "quantidade",
            "ilosc",
            "mnozstvi",
        ],
    ),
    (Role::Country, &["country", "country_code", "land", "pays", "pais", "paese", "kraj", "zeme"]),
    (
        Role::Category,
        &[
            "category",
            "categories",
            "kategorie",
            "categorie",
            "rubrique",
            "rubriek",
            "categoria",
            "kategoria",
        ],
    ),
    (Role::Language, &["language", "lang", "sprache", "langue", "taal", "idioma", "lingua"]),
];

impl Role {
    /// The role of a field by its name in one of the known languages.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let folded = crate::lexicon::fold::fold(name.trim()).replace([' ', '-'], "_");
        NAMES.iter().find(|(_, names)| names.contains(&folded.as_str())).map(|(role, _)| *role)
    }

    /// The role that `--map` calls `name`.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "id" => Self::Id,
            "title" => Self::Title,
            "text" | "description" => Self::Text,
            "price" => Self::Price,
            "currency" => Self::Currency,
            "quantity" => Self::Quantity,
            "country" => Self::Country,
            "category" => Self::Category,
            "language" => Self::Language,
            _ => return None,
        })
    }

    /// True for a field in which terms are looked for.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(self, Self::Title | Self::Text | Self::Category)
    }
}

/// A field in which terms are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name in the record.
    pub name: Cow<'a, str>,
    /// What it is for.
    pub role: Role,
    /// What stands in it.
    pub text: Cow<'a, str>,
}

/// An ad.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ad<'a> {
    /// Number or name, where the record has one.
    pub id: Option<Cow<'a, str>>,
    /// The fields in which terms are looked for, title first.
    pub fields: Vec<Field<'a>>,
    /// The field price, as it stands.
    pub price: Option<&'a str>,
    /// ISO 4217 code of the field currency.
    pub currency: Option<&'a str>,
    /// The field quantity.
    pub quantity: Option<u64>,
    /// ISO 3166-1 code of the field country.
    pub country: Option<&'a str>,
    /// The field country, as it stands.
    pub place: Option<&'a str>,
    /// ISO 639-1 code of the field language.
    pub language: Option<&'a str>,
}

impl<'a> Ad<'a> {
    /// An ad of one text.
    #[must_use]
    pub fn of_text(text: &'a str) -> Self {
        let field = Field { name: "text".into(), role: Role::Text, text: text.into() };
        Self { fields: vec![field], ..Self::default() }
    }

    /// Takes in `value` of a field called `name` in `role`.
    pub fn take(&mut self, role: Role, name: &'a str, text: &'a str) {
        match role {
            Role::Id => self.id = Some(Cow::Borrowed(text)),
            Role::Price => self.price = Some(text).filter(|text| !text.trim().is_empty()),
            Role::Currency => self.currency = code(text, 3),
            Role::Country => {
                self.country = code(text, 2);
                self.place = Some(text);
            }
            Role::Language => self.language = text.get(..2),
            Role::Quantity => self.quantity = text.trim().parse().ok(),
            Role::Title | Role::Text | Role::Category => self.fields.push(Field {
                name: Cow::Borrowed(name),
                role,
                text: Cow::Borrowed(text),
            }),
        }
    }

    /// True when there is a title or a text.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.fields.iter().any(|field| field.role != Role::Category)
    }
}

/// An upper-case code of `letters` letters, else nothing.
fn code(text: &str, letters: usize) -> Option<&str> {
    let text = text.trim();
    (text.len() == letters && text.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn fields_are_known_by_their_names_in_many_languages() {
        for (name, role) in [
            ("Title", Role::Title),
            ("Titre", Role::Title),
            ("Beschreibung", Role::Text),
            ("omschrijving", Role::Text),
            ("Descripción", Role::Text),
            ("prijs", Role::Price),
            ("Währung", Role::Currency),
        ] {
            assert_eq!(Role::of_name(name), Some(role), "{name}");
        }
        assert_eq!(Role::of_name("seller"), None);
    }
}
