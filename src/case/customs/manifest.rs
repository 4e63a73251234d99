//! Declarations and manifests as CSV, under the names that post and couriers give their columns.

use std::collections::BTreeMap;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Parcel,
    Goods,
    Code,
    Origin,
    Via,
    Destination,
    Sender,
    Recipient,
    Value,
    Currency,
}

/// The names of the columns in English, French, German, Dutch, Spanish and Italian.
const NAMES: &[(Column, &[&str])] = &[
    (
        Column::Parcel,
        &[
            "parcel",
            "parcel_id",
            "tracking",
            "tracking_number",
            "consignment",
            "awb",
            "id",
            "colis",
            "envoi",
            "sendung",
            "sendungsnummer",
            "zending",
            "zendingnummer",
            "envio",
            "spedizione",
        ],
    ),
    (
        Column::Goods,
        &[
            "goods",
            "description",
            "contents",
            "declared",
            "declaration",
            "goods_description",
            "contenu",
            "marchandise",
            "designation",
            "inhalt",
            "warenbeschreibung",
            "bezeichnung",
            "inhoud",
            "omschrijving",
            "contenido",
            "mercancia",
            "descripcion",
            "contenuto",
            "merce",
            "descrizione",
        ],
    ),
    (
        Column::Code,
        &[
            "hs",
            "hs_code",
            "cn",
            "cn_code",
            "taric",
            "tariff",
            "tariff_code",
            "commodity_code",
            "code_sh",
            "nomenclature",
            "warennummer",
            "zolltarifnummer",
            "goederencode",
            "codigo_arancelario",
            "codice_doganale",
        ],
    ),
    (
        Column::Origin,
        &[
            "origin",
            "from",
            "origin_country",
            "country_of_dispatch",
            "origine",
            "provenance",
            "ursprung",
            "versandland",
            "herkomst",
            "origen",
            "provenienza",
        ],
    ),
    (
        Column::Via,
        &["via", "transit", "route", "transit_countries", "durchfuhr", "doorvoer", "transito"],
    ),
    (
        Column::Destination,
        &[
            "destination",
            "to",
            "destination_country",
            "bestimmung",
            "bestimmungsland",
            "bestemming",
            "destino",
            "destinazione",
        ],
    ),
    (
        Column::Sender,
        &[
            "sender",
            "shipper",
            "consignor",
            "exporter",
            "expediteur",
            "absender",
            "versender",
            "afzender",
            "remitente",
            "mittente",
        ],
    ),
    (
        Column::Recipient,
        &[
            "recipient",
            "receiver",
            "consignee",
            "importer",
            "addressee",
            "destinataire",
            "empfanger",
            "empfaenger",
            "ontvanger",
            "destinatario",
        ],
    ),
    (Column::Value, &["value", "declared_value", "valeur", "wert", "waarde", "valor", "valore"]),
    (Column::Currency, &["currency", "devise", "wahrung", "waehrung", "valuta", "moneda"]),
];

impl Column {
    /// The column that a head of the table names.
    fn named(head: &str) -> Option<Self> {
        let head: String = crate::lexicon::fold::fold(head.trim())
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        NAMES.iter().find(|(_, names)| names.contains(&head.as_str())).map(|(column, _)| *column)
    }
}

/// A declaration.
#[derive(Clone, Debug, Default)]
pub(super) struct Declaration {
    /// Counted from 1, the head included.
    pub(super) line: u64,
    cells: BTreeMap<Column, String>,
    /// All cells with a space between them: where contacts are looked for.
    pub(super) all: String,
}

impl Declaration {
    pub(super) fn get(&self, column: Column) -> &str {
        self.cells.get(&column).map_or("", String::as_str)
    }
}

/// Why a file is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// No column of a known name says what is in the parcels.
    #[error("{name}: no column describes the goods; the columns are: {columns}")]
    NoGoods {
        /// The file.
        name: String,
        /// Its columns.
        columns: String,
    },
    /// Not a table.
    #[error("{name}: cannot be read as CSV")]
    NoTable {
        /// The file.
        name: String,
        /// Why.
        source: csv::Error,
    },
}

/// Declarations, and the lines that are none with the reason.
pub(super) type Read = (Vec<Declaration>, Vec<(u64, String)>);

/// Reads a manifest with `,`, `;` or tab between its cells.
pub(super) fn read(text: &str, name: &str) -> Result<Read, ManifestError> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|mark| head.bytes().filter(|byte| byte == mark).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter.unwrap_or(b',')).from_reader(text.as_bytes());
    let no_table = |source| ManifestError::NoTable { name: name.to_owned(), source };
    let heads = reader.headers().map_err(no_table)?.clone();
    let columns: Vec<Option<Column>> = heads.iter().map(Column::named).collect();
    if !columns.contains(&Some(Column::Goods)) {
        let columns = heads.iter().collect::<Vec<_>>().join(", ");
        return Err(ManifestError::NoGoods { name: name.to_owned(), columns });
    }
    let (mut declarations, mut left_out) = (Vec::new(), Vec::new());
    for row in reader.records() {
        match row {
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                let mut one = Declaration { line, ..Declaration::default() };
                for (column, cell) in columns.iter().zip(&row) {
                    if let Some(column) = column {
                        one.cells.entry(*column).or_insert_with(|| cell.trim().to_owned());
                    }
                }
                one.all = row.iter().collect::<Vec<_>>().join(" \n");
                declarations.push(one);
            }
            Err(err) => {
                let line = err.position().map_or(0, csv::Position::line);
                left_out.push((line, err.to_string()));
            }
        }
    }
    Ok((declarations, left_out))
}

#[cfg(test)]
mod tests {
    use super::{Column, ManifestError, read};

    #[test]
    fn columns_are_known_in_other_languages_and_with_other_marks_between_them() {
        let text = "Sendungsnummer;Warenbeschreibung;Zolltarifnummer;Empfänger\nA1;Beinschnitzerei;9601 90;Tom\n";
        let (rows, left_out) = read(text, "m.csv").unwrap();
        assert_eq!((rows[0].get(Column::Parcel), rows[0].get(Column::Recipient)), ("A1", "Tom"));
        assert_eq!((rows[0].get(Column::Code), rows[0].line), ("9601 90", 2));
        assert!(left_out.is_empty());
    }

    #[test]
    fn a_row_with_too_many_cells_is_named_and_the_rest_is_read() {
        let (rows, left_out) = read("id,goods\n1,a\n2,b,c\n3,d\n", "m.csv").unwrap();
        assert_eq!((rows.len(), left_out[0].0), (2, 3));
        assert!(matches!(read("id,x\n1,2\n", "m.csv"), Err(ManifestError::NoGoods { .. })));
    }
}
