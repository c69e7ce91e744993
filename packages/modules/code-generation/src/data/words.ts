import type { TestDataInput } from "@coder/api/code-generation";

export interface LocaleWords {
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly cities: readonly string[];
  readonly streets: readonly string[];
  readonly countries: readonly string[];
  readonly companies: readonly string[];
  readonly things: readonly string[];
  readonly words: readonly string[];
  readonly phone: string;
  readonly zip: string;
}

/** `#` stands for a digit. */
export const LOCALE_WORDS: Readonly<Record<TestDataInput["locale"], LocaleWords>> = {
  en: {
    first: ["Ada", "Grace", "Alan", "Edith", "Henry", "Maya", "Oscar", "Ruth", "Simon", "Vera", "Walter", "Zoe", "Noah", "Lucy", "Peter", "Nina"],
    last: ["Walker", "Hughes", "Bennett", "Carter", "Doyle", "Ellis", "Foster", "Grant", "Hayes", "Irwin", "Jennings", "Kerr", "Lowe", "Mason", "Nash", "O'Neill"],
    cities: ["Bristol", "Leeds", "Austin", "Portland", "Dublin", "Perth", "Halifax", "Cork"], streets: ["Mill Lane", "High Street", "Station Road", "Park Avenue", "Oak Drive"], countries: ["United Kingdom", "Ireland", "Canada", "Australia"],
    companies: ["Northwind Tools", "Harbour Labs", "Bright Fields", "Copper Kettle", "Quiet Systems"], things: ["Desk lamp", "Travel mug", "Notebook", "Wool scarf", "Steel ruler", "Oak shelf", "Garden chair", "Rain jacket"],
    words: "quiet river early light open field stone bridge small garden winter road bright window long table".split(" "), phone: "+44 20 7### ####", zip: "#####",
  },
  de: {
    first: ["Anna", "Jörg", "Lena", "Max", "Sophie", "Paul", "Käthe", "Felix", "Greta", "Jonas", "Mia", "Otto"], last: ["Müller", "Schäfer", "Weiß", "Becker", "Krüger", "Hoffmann", "Lange", "Vogel", "Jäger", "Brandt"],
    cities: ["Köln", "Leipzig", "Bremen", "Münster", "Graz", "Bern"], streets: ["Lindenstraße", "Gartenweg", "Hauptstraße", "Am Markt", "Bahnhofstraße"], countries: ["Deutschland", "Österreich", "Schweiz"],
    companies: ["Nordlicht GmbH", "Feldmann & Söhne", "Werkstatt Süd", "Klarwasser AG"], things: ["Schreibtisch", "Teekanne", "Notizbuch", "Wollschal", "Gartenstuhl", "Regenjacke"],
    words: "stiller fluss frühes licht offenes feld brücke kleiner garten winter straße helles fenster".split(" "), phone: "+49 30 #######", zip: "#####",
  },
  fr: {
    first: ["Chloé", "Léa", "Hugo", "Zoé", "Louis", "Inès", "Jules", "Maëlle", "André", "Élise"], last: ["Lefèvre", "Moreau", "Dubois", "Garnier", "Rousseau", "Blanc", "Girard", "Mercier"],
    cities: ["Lyon", "Nantes", "Besançon", "Genève", "Orléans", "Liège"], streets: ["Rue de la Paix", "Avenue des Érables", "Place du Marché", "Rue du Moulin"], countries: ["France", "Belgique", "Suisse"],
    companies: ["Atelier du Port", "Maison Claire", "Bois et Fer SARL", "Lumière SA"], things: ["Lampe", "Carnet", "Écharpe", "Théière", "Chaise", "Étagère"],
    words: "rivière calme lumière champ ouvert pont petit jardin hiver route fenêtre claire".split(" "), phone: "+33 1 ## ## ## ##", zip: "#####",
  },
  es: {
    first: ["Lucía", "Íñigo", "Sofía", "Mateo", "Inés", "Álvaro", "Carmen", "Nicolás", "Begoña", "Hugo"], last: ["García", "Núñez", "López", "Ibáñez", "Peña", "Romero", "Vázquez", "Ortega"],
    cities: ["Cádiz", "León", "Málaga", "Bogotá", "Rosario", "Logroño"], streets: ["Calle Mayor", "Avenida del Río", "Plaza España", "Calle del Molino"], countries: ["España", "México", "Argentina"],
    companies: ["Taller del Sur", "Aguas Claras S.L.", "Casa Peña", "Norte y Sur S.A."], things: ["Lámpara", "Cuaderno", "Bufanda", "Tetera", "Silla", "Estante"],
    words: "río tranquilo luz campo abierto puente pequeño jardín invierno camino ventana clara".split(" "), phone: "+34 9## ### ###", zip: "#####",
  },
};
