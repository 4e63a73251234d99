//! An ad as the scanner sees it: its fields, by what they are for.

use std::borrow::Cow;

use crate::lexicon::fold::fold;

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
    (
        Role::Id,
        &[
            "id",
            "ad_id",
            "listing_id",
            "item_id",
            "ad_number",
            "listing_number",
            "item_number",
            "anzeigennummer",
            "anzeigen_nr",
            "anzeigennr",
            "anzeigen_id",
            "advertentienummer",
            "advertentie_nr",
            "advertentie_id",
            "identifiant",
            "id_annonce",
            "numero_annonce",
            "numero_d_annonce",
            "n°_annonce",
            "annonce_n°",
            "id_inserzione",
            "numero_inserzione",
            "id_anuncio",
            "numero_anuncio",
            "numero_de_anuncio",
            "编号",
            "編號",
        ],
    ),
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
            "heading",
            "uberschrift",
            "ueberschrift",
            "anzeigentitel",
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
            "currency",
            "wahrung",
            "waehrung",
            "devise",
            "monnaie",
            "valuta",
            "munt",
            "moneda",
            "moeda",
            "waluta",
            "mena",
            "munteenheid",
            "divisa",
            "货币",
            "币种",
            "貨幣",
            "幣別",
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
            "数量",
            "數量",
        ],
    ),
    (
        Role::Country,
        &[
            "country",
            "country_code",
            "land",
            "pays",
            "pais",
            "paese",
            "kraj",
            "zeme",
            "国家",
            "國家",
        ],
    ),
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
            "类别",
            "分类",
            "類別",
            "分類",
        ],
    ),
    (
        Role::Language,
        &["language", "lang", "sprache", "langue", "taal", "idioma", "lingua", "语言", "語言"],
    ),
];

impl Role {
    /// The role of a field by its name in one of the known languages.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let folded = fold(name).replace([' ', '-', '\'', '’'], "_");
        let folded = folded.trim_matches(['_', '.', ':', '#']);
        NAMES.iter().find(|(_, names)| names.contains(&folded)).map(|(role, _)| *role)
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

    /// Each role in English, French, German, Dutch, Spanish and Chinese, as sites head their columns.
    const HEADS: [(Role, [&str; 6]); 9] = [
        (
            Role::Id,
            ["ID", "Identifiant", "Anzeigennummer", "advertentienummer", "id_anuncio", "编号"],
        ),
        (Role::Title, ["Title", "Titre", "Titel", "titel", "Título", "标题"]),
        (
            Role::Text,
            ["Description", "Descriptif", "Beschreibung", "omschrijving", "Descripción", "描述"],
        ),
        (Role::Price, ["Price", "Prix", "Preis", "prijs", "Precio", "价格"]),
        (Role::Currency, ["Currency", "Devise", "Währung", "valuta", "Moneda", "货币"]),
        (Role::Quantity, ["Quantity", "Quantité", "Anzahl", "aantal", "Cantidad", "数量"]),
        (Role::Country, ["Country", "Pays", "Land", "land", "País", "国家"]),
        (Role::Category, ["Category", "Catégorie", "Kategorie", "rubriek", "Categoría", "分类"]),
        (Role::Language, ["Language", "Langue", "Sprache", "taal", "Idioma", "语言"]),
    ];

    #[test]
    fn fields_are_known_by_their_names_in_six_languages() {
        for (role, names) in HEADS {
            for name in names {
                assert_eq!(Role::of_name(name), Some(role), "{name}");
            }
        }
        for name in [
            "Anzeigen-Nr",
            "Anzeigen-Nr.",
            "numéro d'annonce",
            "Numéro d’annonce :",
            "N° annonce",
            "Annonce n°",
            "Advertentie-ID",
            "ad id",
            "Listing ID",
            "Número de anuncio",
            "Numero inserzione",
        ] {
            assert_eq!(Role::of_name(name), Some(Role::Id), "{name}");
        }
        for name in ["Überschrift", "Anzeigentitel", "Heading"] {
            assert_eq!(Role::of_name(name), Some(Role::Title), "{name}");
        }
        for other in ["seller", "vendeur", "Verkäufer", "verkoper", "vendedor", "卖家", ""] {
            assert_eq!(Role::of_name(other), None, "{other}");
        }
    }
}
