//! What an ad is about: the taxon it names, or the smallest one that holds all it may mean.

use crate::case::ad::{Finding, ListedTaxon};

/// A taxon or product, and the group of animals or plants it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) group: &'static str,
}

/// The subjects of an ad; none where nothing listed was found.
///
/// Taxa that the words of the ad name stand each for themselves. Where only a product is
/// named (ivory), the subject is the family or order of all taxa it may come from, and the
/// product itself where these have no order in common.
pub(super) fn subjects(finding: &Finding) -> Vec<Subject<'_>> {
    let taxa = finding.status.as_ref().map(|status| status.taxa.as_slice()).unwrap_or_default();
    let named: Vec<&ListedTaxon> = taxa
        .iter()
        .filter(|taxon| finding.hits.iter().any(|hit| hit.taxon.as_deref() == Some(&taxon.name)))
        .collect();
    let mut named: Vec<Subject<'_>> = named
        .iter()
        .filter(|taxon| !named.iter().any(|other| is_above(taxon, other)))
        .map(|taxon| Subject { name: &taxon.name, group: group(taxon) })
        .collect();
    if named.is_empty() {
        named.extend(smallest(taxa, finding));
    }
    named.sort();
    named.dedup();
    named
}

/// True when `taxon` is the genus, family, order or class of `other`: "python" beside
/// "royal python" says nothing more.
fn is_above(taxon: &ListedTaxon, other: &ListedTaxon) -> bool {
    let ranks = [&other.family, &other.order, &other.class];
    taxon.name != other.name
        && (ranks.iter().any(|rank| rank.as_deref() == Some(taxon.name.as_str()))
            || other.name.split_once(' ').is_some_and(|(genus, _)| genus == taxon.name))
}

/// The taxa that an ad may mean, by name, without those that stand above another of them; of
/// many the first four.
#[must_use]
pub fn taxa_in_words(finding: &Finding) -> Vec<String> {
    let all = finding.status.as_ref().map(|status| status.taxa.as_slice()).unwrap_or_default();
    let taxa: Vec<&ListedTaxon> =
        all.iter().filter(|taxon| !all.iter().any(|other| is_above(taxon, other))).collect();
    let mut names: Vec<String> = taxa.iter().take(4).map(|taxon| taxon.name.clone()).collect();
    if taxa.len() > names.len() {
        names.push("…".to_owned());
    }
    names
}

/// The product ids that the words of the ad name.
#[must_use]
pub fn products(finding: &Finding) -> Vec<String> {
    product_ids(finding).into_iter().map(str::to_owned).collect()
}

/// Like [`products`], borrowed.
pub(super) fn product_ids(finding: &Finding) -> Vec<&str> {
    let mut products: Vec<&str> =
        finding.hits.iter().filter_map(|hit| hit.product.as_deref()).collect();
    products.sort_unstable();
    products.dedup();
    products
}

fn smallest<'a>(taxa: &'a [ListedTaxon], finding: &'a Finding) -> Option<Subject<'a>> {
    let (first, rest) = taxa.split_first()?;
    let group = if rest.iter().all(|taxon| group(taxon) == group(first)) {
        group(first)
    } else {
        "several"
    };
    let ranks: [fn(&ListedTaxon) -> Option<&str>; 3] = [
        |taxon| Some(&taxon.name),
        |taxon| taxon.family.as_deref(),
        |taxon| taxon.order.as_deref(),
    ];
    let shared = ranks.iter().find_map(|rank| {
        let name = rank(first).filter(|name| !name.is_empty())?;
        rest.iter().all(|taxon| rank(taxon) == Some(name)).then_some(name)
    });
    let product = || product_ids(finding).into_iter().next();
    let name = shared.or_else(product).unwrap_or(group);
    Some(Subject { name, group })
}

/// The group that people speak of; a listed taxon without a class is a plant.
fn group(taxon: &ListedTaxon) -> &'static str {
    match taxon.class.as_deref() {
        Some("Mammalia") => "mammals",
        Some("Aves") => "birds",
        Some("Reptilia") => "reptiles",
        Some("Amphibia") => "amphibians",
        Some(
            "Actinopteri" | "Actinopterygii" | "Chondrichthyes" | "Elasmobranchii" | "Dipneusti"
            | "Dipnoi" | "Ceratodontimorpha" | "Coelacanthi" | "Coelacanthimorpha"
            | "Sarcopterygii",
        ) => "fish",
        None
        | Some(
            "" | "Magnoliopsida" | "Liliopsida" | "Pinopsida" | "Polypodiopsida" | "Cycadopsida",
        ) => "plants",
        Some(_) => "invertebrates",
    }
}

#[cfg(test)]
mod tests {
    use super::subjects;
    use crate::case::ad::{Finding, Hit, ListedTaxon, Status};

    fn taxon(name: &str, order: &str, family: &str) -> ListedTaxon {
        let some = |text: &str| Some(text.to_owned());
        let (order, family) = (some(order), some(family));
        ListedTaxon { name: name.to_owned(), class: some("Mammalia"), order, family }
    }

    fn about(hits: Vec<Hit>, taxa: Vec<ListedTaxon>) -> Vec<String> {
        let status = Some(Status { taxa, ..Status::default() }.into());
        let finding = Finding { hits: hits.into(), status, ..Finding::default() };
        subjects(&finding).into_iter().map(|subject| subject.name.to_owned()).collect()
    }

    fn ivory() -> Hit {
        Hit { product: Some("ivory".into()), taxon: None }
    }

    fn elephants() -> Vec<ListedTaxon> {
        ["Elephas maximus", "Loxodonta africana"]
            .map(|name| taxon(name, "Proboscidea", "Elephantidae"))
            .to_vec()
    }

    #[test]
    fn a_product_of_several_taxa_counts_under_their_family() {
        assert_eq!(about(vec![ivory()], elephants()), ["Elephantidae"]);
    }

    #[test]
    fn a_product_of_unrelated_taxa_counts_under_its_own_name() {
        let mut taxa = elephants();
        taxa.push(taxon("Odobenus rosmarus", "Carnivora", "Odobenidae"));
        assert_eq!(about(vec![ivory()], taxa), ["ivory"]);
    }

    #[test]
    fn taxa_named_in_the_ad_count_each() {
        let named = |name: &str| Hit { product: None, taxon: Some(name.into()) };
        let hits = vec![named("Loxodonta africana"), named("Elephas maximus")];
        assert_eq!(about(hits, elephants()), ["Elephas maximus", "Loxodonta africana"]);
    }

    #[test]
    fn a_family_named_beside_a_species_of_it_says_nothing_more() {
        let named = |name: &str| Hit { product: None, taxon: Some(name.into()) };
        let hits = vec![named("Elephantidae"), named("Elephas maximus")];
        let mut taxa = elephants();
        taxa.push(taxon("Elephantidae", "Proboscidea", "Elephantidae"));
        assert_eq!(about(hits, taxa), ["Elephas maximus"]);
    }

    #[test]
    fn nothing_listed_is_no_subject() {
        assert!(about(vec![ivory()], Vec::new()).is_empty());
    }
}
