//! The classes of failures in German.

use crate::catalogue::{Entry, Text, subjects, write};

pub(super) static ENTRIES: [Entry; subjects::CLASSES.len()] = write(&subjects::CLASSES, &TEXTS);

const TEXTS: [Text; subjects::CLASSES.len()] = [
    Text {
        name: "quota_minute",
        meaning: "Ein Minutenkontingent ist aufgebraucht: Anfragen (RPM) oder Eingabe-Tokens (TPM).",
        cause: "Dieses Projekt hat dem Modell innerhalb einer Minute mehr geschickt, als seine Stufe erlaubt. Alle \
                Schlüssel eines Projekts teilen sich das Kontingent.",
        now: &[
            "Warten, bis die Minute um ist, mindestens so lange, wie der Server sagt; dann erneut senden.",
            "Parallele Wiederholungen stoppen: Jede kann auf dasselbe Kontingent angerechnet werden.",
        ],
        for_good: &[
            "Selbst drosseln: Anfragen und Tokens pro Minute knapp unter dem Limit halten, Parallelität begrenzen.",
            "Eine Stufe aufsteigen: Abrechnung aktivieren oder in AI Studio bzw. der Cloud Console ein höheres Limit beantragen.",
            "Was warten kann, über die Batch API schicken: eigenes Kontingent, halber Preis.",
            "Die Last auf mehrere Modelle verteilen; jedes hat sein eigenes Kontingent.",
        ],
        prevent: &[
            "Vor dem Senden Tokens zählen und Prompts kürzen; auch Tokens aus dem Cache zählen zu den TPM.",
            "Langsam hochfahren und Spitzen glätten: Viele Anfragen in einer Sekunde werden auch unter dem Minutenlimit abgelehnt.",
        ],
    },
    Text {
        name: "quota_day",
        meaning: "Das Tageskontingent (oder das eines Tarifs über Stunden bis Tage) ist aufgebraucht.",
        cause: "Dieses Projekt hat dem Modell heute so viel geschickt, wie seine Stufe erlaubt. \
                Tageskontingente beginnen um Mitternacht Pazifikzeit neu; alle Schlüssel eines Projekts teilen sie sich.",
        now: &[
            "Höchstens einen Probeversuch senden, dann bis zum Reset aufhören: Fast jeder Versuch wird abgelehnt.",
            "Für den Rest des Tages ein anderes Modell nehmen: Jedes hat sein eigenes Tageskontingent.",
        ],
        for_good: &[
            "Abrechnung aktivieren oder eine Stufe aufsteigen: Bezahlte Stufen erlauben pro Tag das Hundert- bis Tausendfache.",
            "Massenaufträge über die Batch API schicken.",
            "Mehrere Fragen in eine Anfrage packen, wenn Anfragen und nicht Tokens knapp sind.",
        ],
        prevent: &[
            "Anfragen je Tag und Modell mitzählen; vor dem Limit anhalten oder das Modell wechseln.",
            "Antworten zwischenspeichern: dieselbe Frage nicht zweimal stellen.",
            "Das Tageskontingent über den Tag verteilen, statt es in der ersten Stunde auszugeben.",
        ],
    },
    Text {
        name: "quota_zero",
        meaning: "Das Limit selbst ist 0: Dieses Modell oder diese Methode gehört nicht zu Stufe, Region oder Schlüssel.",
        cause: "Es wurde kein Kontingent verbraucht, es gibt keines. Oft hat das Modell die kostenlose Stufe verlassen \
                oder ist nur für bezahlte Projekte da.",
        now: &[
            "Nicht warten, nicht wiederholen: So geht es nie durch.",
            "Ein Modell nehmen, das zur eigenen Stufe gehört; AI Studio zeigt die Limits: aistudio.google.com/rate-limit.",
        ],
        for_good: &[
            "Abrechnung für dieses Projekt aktivieren, wenn genau dieses Modell gebraucht wird.",
            "Ist sie schon aktiv: prüfen, ob der Schlüssel wirklich zum bezahlten Projekt gehört.",
        ],
        prevent: &[
            "Vor der Wahl eines Modells nachsehen, ob die eigene Stufe dafür ein Limit über 0 hat.",
            "Das Changelog verfolgen: Modelle verlassen die kostenlose Stufe kurzfristig.",
        ],
    },
    Text {
        name: "quota_unspecified",
        meaning: "Der Server hat mit 429 abgelehnt und sagt nicht, welches Limit erreicht ist.",
        cause: "Entweder ein eigenes Kontingent oder Kapazität, die sich alle teilen; der Text verrät es nicht. Es trifft \
                auch Projekte, die weit unter ihrem Kontingent liegen.",
        now: &[
            "Backoff: ein bis zwei Sekunden warten, jedes Mal verdoppeln, mit Jitter, und nach einigen Versuchen aufgeben.",
            "Den Verbrauch in AI Studio oder der Cloud Console ansehen: Ist wirklich ein Limit erreicht?",
        ],
        for_good: &[
            "Ist der Verbrauch niedrig, fehlt Kapazität: anderes Modell nehmen oder auf Vertex den globalen Endpunkt.",
            "Ist ein Limit erreicht: drosseln, eine Stufe aufsteigen oder die Batch API nutzen.",
        ],
        prevent: &[
            "Parallelität und Anfragen pro Sekunde begrenzen, nicht nur pro Minute.",
            "Ein zweites Modell oder einen zweiten Standort als Ausweichziel einrichten.",
        ],
    },
    Text {
        name: "capacity",
        meaning: "Das Modell ist überlastet: Google hat dafür gerade keine Kapazität frei.",
        cause: "Die Nachfrage aller übersteigt das Angebot; mit dem eigenen Kontingent hat das nichts zu tun. Es trifft \
                auch zahlende Kunden, meist zu Stoßzeiten an US-Arbeitstagen.",
        now: &[
            "Backoff: ein bis zwei Sekunden warten, jedes Mal verdoppeln, mit Jitter; die meisten Spitzen dauern nur Minuten.",
            "Muss es sofort sein: ein anderes Modell derselben Familie oder auf Vertex einen anderen Standort nehmen.",
        ],
        for_good: &[
            "Ein Ausweichmodell einrichten; auf Vertex den globalen Endpunkt bevorzugen, er hat die meiste Kapazität.",
            "Wer eine Zusage braucht: Provisioned Throughput (Vertex) kaufen oder Priority-Verarbeitung nutzen.",
            "Massenaufträge in die Batch API oder in ruhige Stunden verlegen.",
        ],
        prevent: &[
            "Wiederholungen über alle Aufrufer hinweg begrenzen, damit eine Überlast den Verkehr nicht vervielfacht.",
            "Langsam hochfahren, statt viele Anfragen in derselben Sekunde zu starten.",
        ],
    },
    Text {
        name: "billing",
        meaning: "Das Rechnungskonto hält die Anfrage auf: Guthaben leer, Ausgabenlimit erreicht oder Abrechnung aus.",
        cause: "Stufe, Limits und Guthaben hängen am Rechnungskonto: Steht es, steht jeder Schlüssel jedes Projekts \
                daran, und zwar sofort.",
        now: &[
            "Abrechnungsseite in AI Studio oder der Cloud Console öffnen: Guthaben, Limits und Kontostatus ansehen.",
            "Guthaben aufladen, das Limit anheben oder ein offenes Rechnungskonto verknüpfen.",
            "Geht es um Ausgaben je 10 Minuten: einige Minuten warten und dann langsamer senden.",
        ],
        for_good: &[
            "Automatisches Aufladen einschalten und das Limit am echten Bedarf ausrichten.",
            "Unabhängige Produkte auf eigene Rechnungskonten legen, damit keines das andere anhält.",
        ],
        prevent: &[
            "Budgetwarnungen bei 50, 80 und 100 Prozent setzen; Abrechnungsdaten hinken etwa zehn Minuten nach.",
            "Kosten je Aufruf beobachten: Günstigere Modelle, Caching und Batch API strecken dasselbe Geld.",
        ],
    },
    Text {
        name: "invalid_request",
        meaning: "Die Anfrage selbst ist falsch: So kann der Server sie nicht annehmen.",
        cause: "Ein Feld, ein Wert oder eine Kombination, die diese API-Version oder dieses Modell nicht kennt oder nicht erlaubt.",
        now: &[
            "Das genannte Feld korrigieren und erneut senden; dieselbe Anfrage scheitert immer.",
            "Ist kein Feld genannt: die Anfrage halbieren (Tools, Schema, Konfiguration, Teile), bis sie durchgeht.",
        ],
        for_good: &[
            "Ein offizielles SDK in aktueller Version nutzen und die API-Version (v1beta), die alle Felder kennt.",
            "Einstellungen je Modellfamilie führen: Neuere Modelle lehnen ab, was ältere annahmen.",
        ],
        prevent: &[
            "Anfragen vor dem Senden prüfen und jedes Ausweichmodell testen.",
            "Das Modell festlegen und vor jedem Wechsel dessen Migrationsanleitung lesen.",
        ],
    },
    Text {
        name: "context_too_long",
        meaning: "Die Anfrage ist zu groß: zu viele Tokens oder zu viele Bytes.",
        cause: "Prompt, Verlauf, Dateien und Tool-Deklarationen übersteigen zusammen, was Modell oder Anfrage fassen.",
        now: &[
            "Kürzen: alte Beiträge weglassen, den Verlauf zusammenfassen, nur die nötigen Passagen senden.",
            "Vorher mit countTokens zählen; das ist kostenlos und belastet das Kontingent nicht.",
            "Sind Bytes das Problem: Dateien über die Files API hochladen, statt sie mitzuschicken.",
        ],
        for_good: &[
            "Das Dokument teilen und die Antworten zusammenführen, oder nur die passenden Stellen heraussuchen (Retrieval).",
            "Ein Modell mit größerem Kontextfenster nehmen.",
        ],
        prevent: &[
            "Vor jeder großen Anfrage Tokens zählen und Platz für Antwort und Denken lassen.",
            "Länge von Verlauf und Tool-Ergebnissen im Code deckeln.",
        ],
    },
    Text {
        name: "unsupported_region",
        meaning: "Google bietet diese API dort, wo die Anfrage herkommt, nicht an.",
        cause: "Die Gemini API gibt es nur in gelisteten Ländern, in manchen nur mit aktivierter Abrechnung. Es zählt die \
                Adresse der sendenden Maschine, etwa des Cloud-Servers: Jede Anfrage von dort wird abgelehnt, egal \
                mit welchem Schlüssel.",
        now: &[
            "In der Liste der verfügbaren Regionen nachsehen, ob der Standort des Servers dabei ist.",
            "Steht das Land nur für bezahlte Nutzung darin: ein Rechnungskonto mit dem Projekt verknüpfen.",
        ],
        for_good: &[
            "Gemini über Vertex AI an einem von Google bedienten Standort nutzen, mit einem Google-Cloud-Vertrag.",
            "Sitzt man selbst in einem bedienten Land und nur der Server nicht (Edge-Funktion, voreingestellte Region): \
             dessen Region berichtigen.",
        ],
        prevent: &[
            "Die Liste prüfen, bevor die Region eines Deployments festgelegt wird.",
            "Nutzern in anderen Ländern sagen, dass die Funktion dort nicht verfügbar ist.",
        ],
    },
    Text {
        name: "failed_precondition",
        meaning: "Eine Voraussetzung für diese Anfrage ist noch nicht erfüllt.",
        cause: "Etwas, worauf die Anfrage baut, ist nicht fertig oder dem Projekt nicht zugänglich: eine Datei in \
                Verarbeitung, ein Dienst-Agent im Aufbau, ein Modell, das für neue Nutzer geschlossen ist.",
        now: &[
            "Nachlesen, welche Voraussetzung der Server nennt, und sie erfüllen.",
            "Bei einer Datei: ihren Status abfragen, bis er ACTIVE ist, dann erneut senden.",
        ],
        for_good: &[
            "Das Warten auf Bereitschaft in den Code einbauen, statt auf gut Glück zu senden.",
            "Ist das Modell dem Projekt verschlossen: auf den Nachfolger umsteigen.",
        ],
        prevent: &[
            "Dateien rechtzeitig hochladen und ihren Status prüfen, bevor eine Anfrage sie nennt.",
            "Projekte, Agents und Rechte vor dem ersten Aufruf eines Deployments einrichten.",
        ],
    },
    Text {
        name: "auth_invalid_key",
        meaning: "Der API-Schlüssel ist ungültig: falsch, gelöscht oder abgelaufen.",
        cause: "Der Server kennt den Schlüssel nicht: ein Tippfehler oder Leerzeichen darin, ein gelöschter oder \
                abgelaufener Schlüssel, oder ein nie ersetzter Platzhalter.",
        now: &[
            "Prüfen, was wirklich gesendet wird: Länge, Leerzeichen, Anführungszeichen, die richtige Umgebungsvariable.",
            "In den SDKs gewinnt GOOGLE_API_KEY gegen GEMINI_API_KEY: Ist der richtige gesetzt?",
            "In AI Studio einen neuen Schlüssel anlegen und diesen verwenden.",
        ],
        for_good: &[
            "Alte Standardschlüssel durch die Autorisierungsschlüssel ersetzen, die AI Studio jetzt ausgibt.",
            "Schlüssel in einem Secret Store halten und dort rotieren.",
        ],
        prevent: &[
            "Den Schlüssel beim Start mit einem kleinen Aufruf testen und früh abbrechen.",
            "Ablaufdaten notieren und vorher erneuern.",
        ],
    },
    Text {
        name: "unauthenticated",
        meaning: "Der Server nimmt die Anmeldedaten nicht an: keine, die falsche Art oder ein abgelaufenes Token.",
        cause: "Der Dienst erwartet etwas anderes: Vertex ein OAuth-Token, die Developer API einen API-Schlüssel, und \
                immer genau eines davon.",
        now: &[
            "Vertex: neu anmelden (gcloud auth application-default login) oder das Dienstkonto prüfen.",
            "Developer API: den Schlüssel im Header x-goog-api-key senden, ohne Authorization-Header daneben.",
            "Prüfen, ob Endpunkt und Anmeldedaten zusammengehören.",
        ],
        for_good: &[
            "Application Default Credentials oder ein Dienstkonto verwenden; sie erneuern Tokens von selbst.",
            "Auf Servern Workload Identity statt heruntergeladener Schlüsseldateien nutzen.",
        ],
        prevent: &[
            "Tokens vor Ablauf erneuern; sie leben etwa eine Stunde.",
            "Dienst, Endpunkt und Anmeldedaten an einer Stelle konfigurieren, damit sie nicht auseinanderlaufen.",
        ],
    },
    Text {
        name: "permission_denied",
        meaning: "Der Server kennt den Aufrufer und lehnt ihn ab.",
        cause: "Der Schlüssel ist eingeschränkt oder als geleakt gemeldet, eine Rolle fehlt, das Konto ist gesperrt, oder \
                die Ressource gehört einem anderen Projekt.",
        now: &[
            "Prüfen, ob Schlüssel, Projekt und Ressource zusammengehören; Dateien sieht nur das Projekt, das sie hochgeladen hat.",
            "Vertex: dem Aufrufer im Projekt die Rolle Vertex AI User (roles/aiplatform.user) geben.",
            "Die Einschränkungen des Schlüssels prüfen: erlaubte APIs, Adressen, Referrer.",
        ],
        for_good: &[
            "Jedem Dienst eine eigene Identität mit genau den nötigen Rollen geben.",
            "Einen geleakten oder gesperrten Schlüssel sofort ersetzen und den alten löschen.",
        ],
        prevent: &[
            "Schlüssel aus Repositorys, Logs und Frontends heraushalten.",
            "Rollen und Einschränkungen dort testen, wo sie gelten sollen.",
        ],
    },
    Text {
        name: "service_disabled",
        meaning: "Die API ist in diesem Projekt nicht aktiviert.",
        cause: "Das Projekt hinter Schlüssel oder Token hat die API nie aktiviert, oder jemand hat sie abgeschaltet. Oft ist \
                es ein anderes Projekt als gedacht.",
        now: &[
            "Die API in der Cloud Console unter der im Fehler genannten Adresse aktivieren.",
            "Danach einige Minuten warten, bis die Änderung überall angekommen ist.",
            "Die Projektnummer in der Meldung prüfen: Ist es das eigene?",
        ],
        for_good: &["Die API in der Projektdefinition (Terraform, Skript) aktivieren, nicht von Hand."],
        prevent: &[
            "Ein neues Projekt mit einem kleinen Aufruf testen, bevor Verkehr darauf umzieht.",
            "Das Quotenprojekt ausdrücklich setzen, wenn mit dem eigenen Konto aufgerufen wird.",
        ],
    },
    Text {
        name: "not_found",
        meaning: "Was die Anfrage nennt, gibt es hier nicht: Modell, Datei, Methode oder Pfad.",
        cause: "Der Name ist falsch oder abgekündigt, Standort oder API-Version bieten es nicht an, oder es gehört einem \
                anderen Projekt.",
        now: &[
            "Auflisten, was da ist (models.list, files.list), und die Schreibweise vergleichen.",
            "Ist das Modell abgekündigt: den Nachfolger aus der Abkündigungsliste nehmen.",
            "Vertex: prüfen, ob der Standort das Modell bedient; die neuesten gibt es in global, us und eu.",
        ],
        for_good: &[
            "Auf ein aktuelles stabiles Modell umsteigen und Modellnamen in der Konfiguration halten.",
            "Basis-URL und API-Version prüfen (v1beta kennt am meisten).",
        ],
        prevent: &[
            "Die Abkündigungsliste verfolgen; dort stehen die Abschalttermine.",
            "Beim Start prüfen, ob es jedes konfigurierte Modell gibt.",
        ],
    },
    Text {
        name: "conflict",
        meaning: "Ein anderer Vorgang kam dazwischen; der Server hat diesen abgebrochen.",
        cause: "Zwei Anfragen haben gleichzeitig dasselbe geändert, oder das Anzulegende gibt es schon.",
        now: &[
            "Eine Sekunde warten und einmal erneut senden.",
            "Gibt es das Objekt schon: erst lesen, dann verwenden.",
        ],
        for_good: &["Dieselbe Ressource immer nur von einem Worker ändern lassen."],
        prevent: &["Eigene, kollisionsfreie Namen wählen und das Anlegen wiederholbar machen."],
    },
    Text {
        name: "cancelled",
        meaning: "Der Vorgang wurde abgebrochen, bevor er fertig war.",
        cause: "Meist hat der Client aufgelegt: Timeout, geschlossene Verbindung, abgebrochener Task. Zu Stoßzeiten tut es \
                auch der Server.",
        now: &[
            "Zuerst die eigenen Timeouts und Abbrüche prüfen: Wer hat aufgelegt?",
            "War es nicht die eigene Seite: nach kurzer Pause einmal erneut senden.",
        ],
        for_good: &["Das Client-Timeout erhöhen und lange Antworten streamen."],
        prevent: &[
            "Dafür sorgen, dass Proxys und Load Balancer Verbindungen nicht früher trennen als der Client.",
        ],
    },
    Text {
        name: "internal",
        meaning: "Ein Fehler in Googles Servern.",
        cause: "Nicht das Kontingent und meist nicht die Anfrage. Eine bekannte Ausnahme: Ein sehr langer Kontext kann ihn auslösen.",
        now: &[
            "Nach einer Sekunde erneut senden, höchstens zweimal, mit wachsender Pause.",
            "Kommt er immer wieder: den Prompt kürzen oder ein anderes Modell nehmen.",
        ],
        for_good: &[
            "Ein Ausweichmodell oder einen zweiten Standort einrichten.",
            "Reproduzierbare Fälle melden, mit Request-ID und Uhrzeit.",
        ],
        prevent: &[
            "Prompts deutlich unter dem Kontextlimit halten; jeder Fehlversuch zählt auf das Kontingent.",
        ],
    },
    Text {
        name: "unavailable",
        meaning: "Der Dienst ist zurzeit nicht verfügbar.",
        cause: "Überlast oder Ausfall auf Googles Seite; das geht ohne eigenes Zutun vorbei.",
        now: &[
            "Backoff: ein bis zwei Sekunden warten, jedes Mal verdoppeln, mit Jitter.",
            "Die Statusseite ansehen; dauert es an, ein anderes Modell oder einen anderen Standort nehmen.",
        ],
        for_good: &[
            "Ein Ausweichmodell einrichten, auf Vertex auch einen zweiten Standort oder den globalen Endpunkt.",
        ],
        prevent: &[
            "Wiederholungen über alle Aufrufer begrenzen; nach mehreren Fehlern in Folge den Circuit Breaker öffnen.",
            "Massenaufträge in die Batch API verlegen.",
        ],
    },
    Text {
        name: "deadline_exceeded",
        meaning: "Die Antwort hat länger gedauert, als die Frist erlaubte.",
        cause: "Ein großer Prompt, viel Denken oder eine lange Antwort bei zu kurzem Timeout; oder der Server ist gerade langsam.",
        now: &[
            "Das Client-Timeout erhöhen (Minuten bei langen Prompts, 15 und mehr bei langen Antworten) und erneut senden.",
            "Oder weniger verlangen: kürzerer Kontext, niedrigere Denkstufe, weniger Ausgabe-Tokens.",
        ],
        for_good: &[
            "Streamen: Die ersten Wörter kommen früh, und niemand wartet auf das letzte.",
            "Lange Arbeiten der Batch API übergeben.",
        ],
        prevent: &[
            "Timeouts je Modell und Aufgabe setzen statt eines für alles.",
            "Prüfen, ob ein Proxy dazwischen ein kürzeres Timeout hat.",
        ],
    },
    Text {
        name: "gateway_error",
        meaning: "Etwas vor der API hat an ihrer Stelle geantwortet oder abgebrochen.",
        cause: "Ein Google-Frontend oder ein eigener Proxy hat den Dienst nicht erreicht; oft kommt HTML statt JSON.",
        now: &[
            "Nach ein bis zwei Sekunden erneut senden.",
            "Bleibt es dabei: Basis-URL und Proxys prüfen; die API einmal direkt aufrufen.",
        ],
        for_good: &["Unnötige Proxys entfernen und einen zweiten Standort einrichten."],
        prevent: &["Auf HTML achten, wo JSON stehen sollte: Dann spricht nie die API selbst."],
    },
    Text {
        name: "connection",
        meaning: "Die Verbindung kam nicht zustande oder brach ab.",
        cause: "DNS, TLS, eine Firewall, ein Proxy oder ein Netzfehler auf dem Weg zu Google; oder eine Antwort, die mittendrin endet.",
        now: &[
            "Erneut senden; wurde nichts gesendet, wurde auch nichts angerechnet.",
            "Bleibt es dabei: DNS, Proxy und Firewall von der Maschine selbst aus prüfen (curl).",
        ],
        for_good: &[
            "Verbindungen wiederverwenden (Keep-Alive, HTTP/2) und die Hosts der API in der Firewall freigeben.",
        ],
        prevent: &[
            "Einen Stream ohne finishReason als unvollständig behandeln, nie als fertig.",
            "Für Verbindungsaufbau und Lesen eigene Timeouts setzen.",
        ],
    },
    Text {
        name: "blocked_prompt",
        meaning: "Der Prompt wurde blockiert; es wurde keine Antwort erzeugt.",
        cause: "Die Sicherheitsfilter oder die Nutzungsrichtlinien haben die Eingabe abgelehnt.",
        now: &[
            "Den Sperrgrund lesen und den Auslöser umformulieren oder entfernen.",
            "Auch Dateien und zitierten Text ansehen: Geprüft wird die ganze Eingabe.",
        ],
        for_good: &[
            "Die Sicherheitseinstellungen anpassen, wo die Nutzung legitim ist; manche Kategorien sind nicht abschaltbar.",
            "Nutzereingaben prüfen, bevor sie das Modell erreichen.",
        ],
        prevent: &["Anweisungen und fremden Text trennen, und Nutzern sagen, was nicht erlaubt ist."],
    },
    Text {
        name: "blocked_response",
        meaning: "Die Antwort wurde während der Erzeugung gestoppt.",
        cause: "Den Grund nennt finishReason: meist ein Sicherheitsfilter, manchmal eine Richtlinie oder ein ungenannter Grund.",
        now: &[
            "finishReason und safetyRatings lesen.",
            "Die Anfrage genauer formulieren oder eine andere Form der Antwort verlangen.",
        ],
        for_good: &[
            "Die Sicherheitseinstellungen anpassen, wo die Nutzung legitim ist, oder ein anderes Modell nehmen.",
        ],
        prevent: &[
            "In der Systemanweisung sagen, wofür die Antwort ist und was sie nicht enthalten darf.",
            "Eine Antwort ohne STOP als unvollständig behandeln und festlegen, was das Produkt dann zeigt.",
        ],
    },
    Text {
        name: "recitation",
        meaning: "Die Antwort wurde gestoppt, weil sie vorhandenen Texten zu nahe kam.",
        cause: "Das Modell war dabei, längere Passagen bekannter Quellen wörtlich wiederzugeben.",
        now: &[
            "Einmal erneut senden: Ein anderer Versuch geht oft durch.",
            "Eine Zusammenfassung oder eigene Worte verlangen statt des Wortlauts.",
        ],
        for_good: &["Um kurze Zitate mit Quelle bitten, nie um ganze Texte."],
        prevent: &["Dem Modell mehr eigenes Material geben und, wo es das gibt, die Temperatur erhöhen."],
    },
    Text {
        name: "truncated_output",
        meaning: "Das Limit der Ausgabe-Tokens war erreicht, bevor die Antwort vollständig war.",
        cause: "Das Denken zählt zu maxOutputTokens: Es kann das ganze Budget aufbrauchen, und für Text bleibt wenig oder nichts.",
        now: &[
            "maxOutputTokens erhöhen oder weglassen.",
            "Die Denkstufe senken (bei älteren Modellen das Denkbudget).",
        ],
        for_good: &["Das Limit für Denken plus Antwort bemessen und kürzere Antworten verlangen."],
        prevent: &["thoughtsTokenCount in den Nutzungsdaten beobachten und das Limit danach setzen."],
    },
    Text {
        name: "malformed_output",
        meaning: "Das Modell hat etwas Unbrauchbares erzeugt: einen kaputten Funktionsaufruf oder eine kaputte Antwort.",
        cause: "Zu komplexe oder unklare Tools und Schemas, oder ein Aufruf eines Tools, das es nicht gibt.",
        now: &[
            "Einmal erneut senden: Oft ist es ein Ausrutscher.",
            "Kommt es wieder: das Schema des Tools vereinfachen und die Parameter genauer beschreiben.",
        ],
        for_good: &[
            "Weniger Tools zugleich anbieten, mit flachen Parametern und klaren Namen.",
            "Den Modus VALIDATED oder ANY für Funktionsaufrufe nehmen, wo Aufrufe gültig sein müssen.",
        ],
        prevent: &[
            "Thought Signatures unverändert zurückgeben und jeden Aufruf prüfen, bevor er ausgeführt wird.",
        ],
    },
    Text {
        name: "empty_response",
        meaning: "Der Server meldet Erfolg, liefert aber keinen Inhalt.",
        cause: "Kein Kandidat oder kein Teil kam an, ein Grund auch nicht; selten ein Fehler von Modell oder Server.",
        now: &[
            "Einmal erneut senden.",
            "Kommt es wieder: den Prompt ändern, maxOutputTokens erhöhen oder ein anderes Modell nehmen.",
        ],
        for_good: &[
            "Eine leere Antwort im Code als Fehler behandeln, mit einer Wiederholung und einem Ausweichweg.",
        ],
        prevent: &["Eine ausdrückliche Antwort verlangen, auch wenn es nichts zu sagen gibt."],
    },
    Text {
        name: "unknown",
        meaning: "Der Text erlaubt keine Diagnose.",
        cause: "Ein Fehler ist da, aber nichts sagt, welcher: keine Meldung, ein unbekannter Code, oder zu viel ist abgeschnitten.",
        now: &[
            "Die ganze Antwort beschaffen, mit Status und Headern, und noch einmal nachsehen.",
            "Einmal erneut versuchen; scheitert es genauso, die Anfrage verkleinern.",
        ],
        for_good: &[
            "Status, Body und Request-ID jedes gescheiterten Aufrufs loggen, ohne Schlüssel und Prompts.",
        ],
        prevent: &["Googles Fehler unverändert durch Proxys und Wrapper durchreichen."],
    },
];
