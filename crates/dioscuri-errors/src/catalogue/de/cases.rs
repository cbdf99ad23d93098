//! The special cases of advice in German.

use crate::advice::SUBJECTS;
use crate::catalogue::{Entry, Text, write};

pub(super) static ENTRIES: [Entry; SUBJECTS.len()] = write(&SUBJECTS, &TEXTS);

const TEXTS: [Text; SUBJECTS.len()] = [
    Text {
        name: "minute_held",
        meaning: "Genannt ist ein Minutenkontingent, aber der Server verlangt eine viel längere Pause.",
        cause: "Ein Minutenkontingent ist nach einer Minute wieder frei; was länger sperrt, ist ein größeres Zeitfenster oder eine Maßnahme gegen zu viele Anfragen, und der Server benennt es nicht.",
        now: &[
            "So lange warten, wie der Server sagt, und dann eine einzige Anfrage senden.",
            "Bis dahin alle Schleifen anhalten, die an dieses Projekt und Modell senden.",
        ],
        for_good: &[
            "Selbst auf das Limit drosseln, das der Fehler nennt.",
            "Eine Stufe aufsteigen oder Aufschiebbares über die Batch API schicken.",
        ],
        prevent: &["Nach einigen Ablehnungen in Folge anhalten, statt jede Anfrage zu wiederholen."],
    },
    Text {
        name: "minute_vertex",
        meaning: "Ein Minutenkontingent des Google-Cloud-Projekts ist aufgebraucht.",
        cause: "Ein festes Kontingent von Vertex AI, gezählt je Projekt, Region und Basismodell.",
        now: &[
            "Warten, bis die Minute um ist, dann erneut senden.",
            "In der Cloud Console (IAM & Verwaltung, Kontingente) nachsehen, wie voll das Kontingent ist.",
        ],
        for_good: &[
            "In der Cloud Console ein höheres Kontingent beantragen.",
            "Den globalen Endpunkt oder einen anderen Standort nehmen: Jeder hat sein eigenes Kontingent.",
            "Was warten kann, der Batch-Vorhersage übergeben.",
        ],
        prevent: &[
            "Selbst drosseln, knapp unter dem Limit.",
            "Bei 80 Prozent des Kontingents warnen lassen.",
        ],
    },
    Text {
        name: "minute_free",
        meaning: "Ein Minutenkontingent der kostenlosen Stufe ist aufgebraucht.",
        cause: "Die kostenlose Stufe erlaubt nur wenige Anfragen und Tokens pro Minute. Alle Schlüssel des Projekts teilen sie sich.",
        now: &[
            "Warten, bis die Minute um ist, mindestens so lange, wie der Server sagt; dann erneut senden.",
            "Immer nur eine Anfrage auf einmal senden.",
        ],
        for_good: &[
            "Abrechnung aktivieren: Stufe 1 erlaubt ein Vielfaches, und zwar sofort.",
            "Selbst auf das Limit drosseln, das der Fehler nennt.",
            "Ein leichteres Modell nehmen (Flash-Lite): Seine kostenlosen Limits sind höher.",
        ],
        prevent: &[
            "Anfragen gleichmäßig über die Minute verteilen, statt alle auf einmal zu senden.",
            "Prompts kürzen, wenn Tokens knapp sind.",
        ],
    },
    Text {
        name: "minute_tokens",
        meaning: "Das Kontingent an Eingabe-Tokens pro Minute (TPM) ist aufgebraucht.",
        cause: "Die Prompts der letzten Minute übersteigen zusammen das Limit. Tokens aus dem Cache zählen mit.",
        now: &[
            "Warten, bis die Minute um ist, dann erneut senden.",
            "Kleinere Prompts senden oder weniger zugleich.",
        ],
        for_good: &[
            "Nach Tokens drosseln, nicht nur nach Anfragen: vor dem Senden zählen.",
            "Eine Stufe aufsteigen oder große Prompts über die Batch API schicken.",
            "Die wichtigen Passagen senden statt ganzer Dokumente.",
        ],
        prevent: &[
            "Vor jeder Anfrage die erwarteten Tokens reservieren und die Zählung mit usageMetadata korrigieren.",
        ],
    },
    Text {
        name: "day_plan",
        meaning: "Das Kontingent des Tarifs ist vorerst aufgebraucht.",
        cause: "Abos und Zugänge per Anmeldung (Code Assist, Gemini CLI) erlauben eine Menge je Zeitfenster von Stunden \
                bis Tagen; diese ist verbraucht.",
        now: &[
            "Auf den Reset warten; vorher zu wiederholen bringt nichts.",
            "Auf ein anderes Modell wechseln: Es kann ein eigenes Kontingent haben.",
        ],
        for_good: &[
            "Einen größeren Tarif nehmen oder für den Mehrbedarf die API mit Schlüssel und Abrechnung nutzen.",
        ],
        prevent: &["Für kleine Schritte ein leichteres Modell nehmen und den Kontext kurz halten."],
    },
    Text {
        name: "day_tokens",
        meaning: "Das Tageskontingent an Tokens ist aufgebraucht.",
        cause: "Ausgegangen sind Tokens, nicht Anfragen: Alle Prompts des Tages an dieses Modell zählen zusammen, auch Tokens aus dem Cache. Alle Schlüssel des Projekts teilen sich das Kontingent; es beginnt um Mitternacht Pazifikzeit neu.",
        now: &[
            "Höchstens einen Probeversuch senden, dann bis zum Reset aufhören: Fast jeder Versuch wird abgelehnt.",
            "Ein anderes Modell der eigenen Stufe nehmen: Jedes hat sein eigenes Tageskontingent.",
        ],
        for_good: &[
            "Weniger senden: die wichtigen Passagen statt ganzer Dokumente, und einen kürzeren Verlauf.",
            "Abrechnung aktivieren oder eine Stufe aufsteigen: Bezahlte Stufen erlauben pro Tag ein Vielfaches.",
            "Mit Abrechnung: Massenaufträge über die Batch API schicken; sie hat ein eigenes Kontingent.",
        ],
        prevent: &[
            "Tokens vor dem Senden zählen (countTokens kostet nichts) und über den Tag summieren.",
            "Antworten aufheben: denselben langen Prompt nicht zweimal senden.",
        ],
    },
    Text {
        name: "day_free",
        meaning: "Das Tageskontingent der kostenlosen Stufe ist aufgebraucht.",
        cause: "Die kostenlose Stufe erlaubt je Modell nur wenige Anfragen am Tag. Alle Schlüssel des Projekts teilen sie \
                sich; das Kontingent beginnt um Mitternacht Pazifikzeit neu.",
        now: &[
            "Höchstens einen Probeversuch senden, dann bis zum Reset aufhören: Fast jeder Versuch wird abgelehnt.",
            "Ein anderes Modell der eigenen Stufe nehmen: Jedes hat sein eigenes Tageskontingent, Flash-Lite ein größeres.",
        ],
        for_good: &[
            "Abrechnung aktivieren: Stufe 1 gilt sofort und erlaubt pro Tag das Hundertfache.",
            "Mit Abrechnung: Massenaufträge über die Batch API schicken, zum halben Preis.",
            "Mehrere Fragen in eine Anfrage packen: Gezählt werden Anfragen, nicht ihre Größe.",
        ],
        prevent: &[
            "Anfragen je Tag und Modell mitzählen und vor dem Limit anhalten.",
            "Antworten zwischenspeichern: dieselbe Frage nicht zweimal stellen.",
        ],
    },
    Text {
        name: "own_quota",
        meaning: "Ein Kontingent des eigenen Projekts ist aufgebraucht; ob das einer Minute oder eines Tages, sagt der Text nicht.",
        cause: "Das Kontingent ist genannt, sein Zeitfenster nicht. Das einer Minute wird von selbst wieder frei; das eines Tages beginnt um Mitternacht Pazifikzeit neu. Alle Schlüssel des Projekts teilen es sich.",
        now: &[
            "Nach der Zeit, die der Server nennt, oder nach einer Minute einmal versuchen.",
            "Wird auch das abgelehnt, ist es das Tageskontingent: bis zum Reset aufhören oder ein anderes Modell nehmen.",
        ],
        for_good: &[
            "Selbst auf das Limit drosseln, das der Fehler nennt.",
            "Abrechnung aktivieren oder eine Stufe aufsteigen, wenn das Limit für den Bedarf zu niedrig ist.",
        ],
        prevent: &[
            "Anfragen und Tokens je Minute und je Tag mitzählen, für jedes Modell.",
            "Den ganzen Body einer Ablehnung aufheben: Seine Details nennen das Zeitfenster.",
        ],
    },
    Text {
        name: "zero_vertex",
        meaning: "Das Limit ist 0: Dieses Projekt hat für das Modell an diesem Standort kein Kontingent.",
        cause: "Es wurde nichts verbraucht. Auf Vertex AI beginnen manche Modelle und Standorte mit einem Kontingent von 0.",
        now: &[
            "Nicht warten, nicht wiederholen: So geht es nie durch.",
            "Einen Standort oder ein Modell nehmen, für das Kontingent da ist; zuerst den globalen Endpunkt.",
        ],
        for_good: &["In der Cloud Console (IAM & Verwaltung, Kontingente) Kontingent beantragen."],
        prevent: &["Vor dem Deployment die Kontingente von Modell und Standort ansehen."],
    },
    Text {
        name: "zero_free",
        meaning: "Das Limit ist 0: Dieses Modell gehört nicht zur kostenlosen Stufe.",
        cause: "Es wurde nichts verbraucht. Das Modell ist nur für bezahlte Projekte da oder hat die kostenlose Stufe verlassen.",
        now: &[
            "Nicht warten, nicht wiederholen: So geht es nie durch.",
            "Ein Modell der kostenlosen Stufe nehmen; siehe aistudio.google.com/rate-limit.",
        ],
        for_good: &[
            "Abrechnung für dieses Projekt aktivieren, wenn genau dieses Modell gebraucht wird.",
            "Wird schon bezahlt: Der Schlüssel gehört zu einem Projekt ohne Abrechnung; einen des bezahlten nehmen.",
        ],
        prevent: &["Vor der Wahl eines Modells das eigene Limit nachsehen und das Changelog verfolgen."],
    },
    Text {
        name: "provisioned",
        meaning: "Der gebuchte Durchsatz (Provisioned Throughput) ist ausgeschöpft, oder es gibt hier keinen.",
        cause: "Die Anfrage verlangt gebuchten Durchsatz (Header X-Vertex-AI-LLM-Request-Type: dedicated), und die \
                Bestellung für dieses Modell und diese Region ist erschöpft oder fehlt.",
        now: &[
            "Den Header weglassen: Was über die Bestellung hinausgeht, läuft dann nach Verbrauch (PayGo).",
            "Modell und Region der Bestellung prüfen.",
        ],
        for_good: &["Mehr Einheiten (GSU) bestellen, bemessen nach Spitzen und Ausgabe-Tokens."],
        prevent: &["Die Auslastung der Bestellung beobachten und Spitzen in ihrem Messfenster glätten."],
    },
    Text {
        name: "shared_capacity",
        meaning: "Die gemeinsame Kapazität von Vertex AI ist gerade erschöpft; das ist kein eigenes Kontingent.",
        cause: "PayGo-Anfragen aller Kunden konkurrieren darum; oberhalb der eigenen Grundmenge gibt es keine Zusage.",
        now: &[
            "Backoff: ein bis zwei Sekunden warten, jedes Mal verdoppeln, mit Jitter.",
            "Den globalen Endpunkt oder einen anderen Standort nehmen: Jeder hat seine eigene Kapazität.",
        ],
        for_good: &[
            "Standardmäßig den globalen Endpunkt nutzen; wo Daten am Ort bleiben müssen, einen zweiten Standort einrichten.",
            "Für Verkehr, der nicht warten darf: Provisioned Throughput kaufen oder Priority PayGo nutzen.",
            "Was warten kann, der Batch-Vorhersage oder Flex PayGo übergeben.",
        ],
        prevent: &["Den Verkehr glätten: langsam hochfahren, keine Spitzen innerhalb einer Sekunde."],
    },
    Text {
        name: "prepaid",
        meaning: "Das vorausbezahlte Guthaben ist aufgebraucht.",
        cause: "Bei Guthaben 0 steht jeder Schlüssel jedes Projekts am Rechnungskonto, und zwar sofort.",
        now: &["In AI Studio (Abrechnung) Guthaben aufladen; es wirkt binnen Minuten."],
        for_good: &[
            "Automatisches Aufladen einschalten.",
            "Unabhängige Produkte auf eigene Rechnungskonten legen, damit keines das andere anhält.",
        ],
        prevent: &[
            "Das Guthaben beobachten und warnen lassen; Abrechnungsdaten hinken etwa zehn Minuten nach.",
        ],
    },
    Text {
        name: "spend_rate",
        meaning: "Die Ausgaben innerhalb von 10 Minuten haben das Limit der Stufe erreicht.",
        cause: "Das Limit gilt für die Kosten der jeweils letzten 10 Minuten: Sobald ältere Aufrufe herausfallen, ist wieder Spielraum da.",
        now: &[
            "So lange warten, wie der Server sagt, höchstens 10 Minuten, und dann langsamer weitermachen.",
            "Große und teure Anfragen so lange zurückhalten.",
        ],
        for_good: &[
            "Nach Kosten drosseln, nicht nur nach Anfragen: gleichmäßig über je 10 Minuten verteilen.",
            "Eine Stufe aufsteigen: Ihr Limit ist höher.",
            "Was warten kann, über die Batch API zum halben Preis schicken.",
        ],
        prevent: &[
            "Die Kosten der letzten 10 Minuten aus usageMetadata summieren und vor dem Limit langsamer werden.",
        ],
    },
    Text {
        name: "monthly_cap",
        meaning: "Das monatliche Ausgabenlimit des Projekts ist erreicht.",
        cause: "Wer das Projekt betreibt, hat dieses Limit in AI Studio gesetzt; es gilt bis zum Ende des Monats.",
        now: &[
            "Das Limit des Projekts auf der Ausgabenseite von AI Studio anheben oder entfernen.",
            "Soll es bleiben: Am Monatsersten läuft das Projekt wieder.",
        ],
        for_good: &["Ein Limit setzen, das zum echten Bedarf passt."],
        prevent: &[
            "Budgetwarnungen bei 50, 80 und 100 Prozent setzen; Abrechnungsdaten hinken etwa zehn Minuten nach.",
        ],
    },
    Text {
        name: "spending_cap",
        meaning: "Ein Ausgabenlimit ist erreicht.",
        cause: "Ein Limit des Projekts oder das Monatslimit der Stufe.",
        now: &[
            "Abrechnungsseite von AI Studio öffnen: Welches Limit ist es?",
            "Ein eigenes: anheben.",
            "Das Monatslimit der Stufe: Es endet am Monatsersten oder mit dem Wechsel in die nächste Stufe.",
        ],
        for_good: &["Limits am echten Bedarf ausrichten und rechtzeitig eine Stufe aufsteigen."],
        prevent: &[
            "Budgetwarnungen bei 50, 80 und 100 Prozent setzen und nach Kosten drosseln, nicht nur nach Anfragen.",
        ],
    },
    Text {
        name: "signature",
        meaning: "Im Verlauf fehlt eine Thought Signature, oder sie wurde verändert.",
        cause: "Ab Gemini 3 muss thoughtSignature unverändert mit ihrem Teil zurückkommen, vor allem bei Funktionsaufrufen.",
        now: &["Die Teile des Modells genau so zurücksenden, wie sie kamen, samt Signaturen."],
        for_good: &[
            "Im Verlauf ganze Teile aufheben statt nur Text und Namen.",
            "Ein aktuelles SDK oder Framework verwenden: Ältere und viele Relays lassen das Feld weg.",
        ],
        prevent: &["Einen Tool-Durchlauf durch jedes Relay testen, bevor man sich darauf verlässt."],
    },
    Text {
        name: "function_turns",
        meaning: "Funktionsaufrufe und ihre Antworten stehen in falscher Reihenfolge oder Zahl.",
        cause: "Ein Aufruf muss auf einen Nutzerbeitrag oder eine Funktionsantwort folgen, und jeder Aufruf braucht im \
                nächsten Beitrag genau eine Antwort.",
        now: &[
            "Den Verlauf prüfen: Auf einen Beitrag mit n Aufrufen folgt einer mit n Antworten, in derselben Reihenfolge.",
            "Den Verlauf nie zwischen Aufruf und Antwort abschneiden.",
        ],
        for_good: &["Verläufe in ganzen Runden kürzen und den Chat vom SDK führen lassen."],
        prevent: &["Die Reihenfolge vor dem Senden prüfen."],
    },
    Text {
        name: "two_credentials",
        meaning: "Die Anfrage enthielt zwei Anmeldedaten; erlaubt ist genau eine.",
        cause: "Etwa ein Schlüssel (x-goog-api-key oder ?key=) und ein Authorization-Header; oft fügt ein Proxy einen hinzu.",
        now: &["Eine davon entfernen. Für die Developer API x-goog-api-key behalten."],
        for_good: &[
            "Genau eine Stelle die Anmeldedaten setzen lassen; im eigenen Proxy die der Clients entfernen.",
        ],
        prevent: &["Umgebungsvariablen entfernen, die das SDK zusätzlich aufgreifen würde."],
    },
    Text {
        name: "small_cache",
        meaning: "Der Inhalt ist zu klein für den Cache.",
        cause: "Explizites Caching hat ein Minimum, je nach Modell 1.024 bis 4.096 Tokens.",
        now: &["Ohne Cache senden: Bei so wenig lohnt er sich nicht."],
        for_good: &[
            "Nur cachen, was das Minimum des Modells erreicht; implizites Caching braucht gar keinen Aufruf.",
        ],
        prevent: &["Vor dem Anlegen eines Caches Tokens zählen."],
    },
    Text {
        name: "thinking",
        meaning: "Die Denkeinstellungen passen nicht zum Modell.",
        cause: "Modelle der Familie 2.5 nehmen thinkingBudget, spätere thinkingLevel; nie beides, und nicht jedes Modell \
                kann das Denken abschalten.",
        now: &["thinkingConfig weglassen oder die Einstellung nehmen, die die Seite des Modells nennt."],
        for_good: &["Denkeinstellungen je Modellfamilie in der Konfiguration führen."],
        prevent: &["Die Einstellungen mit jedem Ausweichmodell testen."],
    },
    Text {
        name: "unknown_field",
        meaning: "Die Anfrage enthält Felder, die diese API nicht kennt.",
        cause: "Ein Tippfehler, ein Feld an falscher Stelle, eines aus einer neueren API-Version, oder \
                JSON-Schema-Schlüsselwörter, die die Schemafelder nicht annehmen.",
        now: &[
            "Die genannten Felder entfernen oder umbenennen.",
            "Für volles JSON Schema responseJsonSchema oder parametersJsonSchema nehmen.",
        ],
        for_good: &[
            "v1beta und ein aktuelles SDK verwenden.",
            "Schemas vor dem Senden bereinigen: herausnehmen, was Gemini nicht kennt.",
        ],
        prevent: &["Anfragen vor dem Senden gegen die Referenz prüfen."],
    },
    Text {
        name: "too_many_bytes",
        meaning: "Die Anfrage ist in Bytes zu groß.",
        cause: "Eingebettete Daten (Bilder, PDF, Audio, Video) machen den Body größer, als API oder Proxy annehmen.",
        now: &[
            "Große Dateien über die Files API oder Cloud Storage hochladen und darauf verweisen.",
            "Verkleinern oder aufteilen, was eingebettet gesendet wird.",
        ],
        for_good: &["Alles über ein paar Megabyte als Datei senden."],
        prevent: &[
            "Die Größe des Bodys vor dem Senden prüfen; das Limit eines Proxys kann unter dem von Google liegen.",
        ],
    },
    Text {
        name: "unpaid_region",
        meaning: "Dort, wo die Anfrage herkommt, gibt es die API nur mit Abrechnung.",
        cause: "In manchen Ländern gibt es keine kostenlose Stufe; mit dem Projekt ist kein Rechnungskonto verknüpft.",
        now: &["In AI Studio oder der Cloud Console ein Rechnungskonto mit dem Projekt verknüpfen."],
        for_good: &[
            "Die Abrechnung aktiv lassen oder Gemini über Vertex AI an einem von Google bedienten Standort nutzen.",
        ],
        prevent: &["Vor dem Deployment die Regionenliste und die Bedingungen der kostenlosen Stufe prüfen."],
    },
    Text {
        name: "service_agents",
        meaning: "Google richtet die Dienst-Agents (Service Agents) des Projekts noch ein.",
        cause: "Sie entstehen, sobald zum ersten Mal eine Funktion andere Dienste liest, etwa Cloud Storage; das dauert einige Minuten.",
        now: &["Einige Minuten warten, dann dieselbe Anfrage erneut senden."],
        for_good: &[
            "Hält es an: prüfen, ob die Vertex AI API aktiviert ist und die Agents ihre Rollen haben (IAM, einschließlich der von Google erteilten Rollen).",
        ],
        prevent: &["Den ersten Aufruf eines neuen Projekts zur Einrichtung zählen, bevor Verkehr kommt."],
    },
    Text {
        name: "file_not_ready",
        meaning: "Die Datei ist noch nicht bereit.",
        cause: "Nach dem Hochladen verarbeitet Google sie; bis ihr Status ACTIVE ist, lässt sie sich nicht nutzen. Video dauert am längsten.",
        now: &["Alle paar Sekunden den Status abfragen (files.get) und senden, sobald er ACTIVE ist."],
        for_good: &[
            "Das Warten in den Code einbauen. Ist der Status FAILED, in anderem Format neu hochladen.",
        ],
        prevent: &["Rechtzeitig hochladen. Dateien leben 48 Stunden."],
    },
    Text {
        name: "client_timeout",
        meaning: "Der Client hat nicht länger gewartet: Sein eigenes Timeout hat den Aufruf beendet.",
        cause: "Bis dahin war keine Antwort da; einen Fehler hat der Server selbst nicht gemeldet. Lange Prompts, viel Denken und lange Antworten dauern Minuten.",
        now: &[
            "Das Client-Timeout erhöhen (Minuten bei langen Prompts, 15 und mehr bei langen Antworten) und erneut senden.",
            "Oder weniger verlangen: kürzerer Kontext, niedrigere Denkstufe, weniger Ausgabe-Tokens.",
        ],
        for_good: &[
            "Streamen: Die ersten Wörter kommen früh, und dazwischen genügt ein kurzes Timeout.",
            "Lange Arbeiten der Batch API übergeben.",
        ],
        prevent: &[
            "Timeouts je Modell und Aufgabe setzen statt eines für alles.",
            "Daran denken, dass der Server weitergearbeitet haben kann: Solche Aufrufe können zählen und Geld kosten.",
        ],
    },
    Text {
        name: "expired_key",
        meaning: "Der API-Schlüssel ist abgelaufen.",
        cause: "Der Schlüssel hatte ein Enddatum, oder Google hat seine Art abgeschafft.",
        now: &["In AI Studio einen neuen Schlüssel anlegen und den alten damit ersetzen."],
        for_good: &["Schlüssel planmäßig rotieren, deutlich vor ihrem Ende."],
        prevent: &["Für das Ende jedes Schlüssels eine Erinnerung setzen."],
    },
    Text {
        name: "keys_not_accepted",
        meaning: "Dieser Endpunkt nimmt keine API-Schlüssel an; er will ein OAuth-Token.",
        cause: "Vertex AI mit Projekt und Standort authentifiziert über OAuth; API-Schlüssel sind für die Developer API \
                und den Express-Modus.",
        now: &[
            "Für Vertex: gcloud auth application-default login oder ein Dienstkonto.",
            "Für einen Schlüssel aus AI Studio: stattdessen generativelanguage.googleapis.com aufrufen.",
        ],
        for_good: &[
            "Sich für einen Dienst entscheiden und Endpunkt und Anmeldedaten zusammen konfigurieren.",
        ],
        prevent: &["GOOGLE_GENAI_USE_VERTEXAI prüfen: Es schaltet das SDK unbemerkt auf Vertex um."],
    },
    Text {
        name: "leaked_key",
        meaning: "Google hat diesen Schlüssel gesperrt: Er wurde als geleakt gemeldet.",
        cause: "Der Schlüssel war öffentlich zu sehen: in einem Repository, einer Webseite, einer App, einem Log. Er wird \
                nie wieder funktionieren.",
        now: &[
            "Einen neuen Schlüssel anlegen und den alten löschen.",
            "Zuerst das Leck finden und schließen, sonst geht der neue denselben Weg.",
            "Verbrauch und Rechnungen auf Fremdnutzung prüfen.",
        ],
        for_good: &[
            "Schlüssel in einem Secret Store halten und vom Backend aus aufrufen, nie aus Webseite oder App.",
        ],
        prevent: &["Repositorys vor dem Push auf Geheimnisse prüfen und jeden Schlüssel einschränken."],
    },
    Text {
        name: "file_of_another",
        meaning: "Die Datei gibt es nicht mehr, oder sie gehört einem anderen Projekt.",
        cause: "Dateien sieht nur das Projekt, das sie hochgeladen hat; nach 48 Stunden werden sie gelöscht.",
        now: &["Die Datei mit demselben Schlüssel neu hochladen, mit dem die Anfrage gesendet wird."],
        for_good: &["Zum Dateinamen Projekt und Uploadzeit aufheben und rechtzeitig erneuern."],
        prevent: &["Bei mehreren Projekten in jedes davon hochladen."],
    },
    Text {
        name: "missing_role",
        meaning: "Dem Aufrufer fehlt eine IAM-Berechtigung, oder die Ressource existiert nicht.",
        cause: "Keine Rolle des Aufrufers enthält die Berechtigung in diesem Projekt; der Server unterscheidet beides nicht.",
        now: &[
            "Im Projekt die Rolle Vertex AI User (roles/aiplatform.user) geben und zwei Minuten warten.",
            "Projekt, Standort und Modell im Namen der Ressource auf Tippfehler prüfen.",
        ],
        for_good: &["Rollen im Code festlegen, je Dienstkonto, mit den geringsten nötigen Rechten."],
        prevent: &["Mit der Identität der Produktion testen, nicht mit der eigenen."],
    },
    Text {
        name: "cache_gone",
        meaning: "Der Cache-Inhalt ist weg oder gehört einem anderen Projekt. Das Modell selbst ist da.",
        cause: "Caches leben ohne andere Angabe eine Stunde und gehören zu einem Projekt und Standort. Bei fremden oder \
                abgelaufenen sagt der Server 403 oder 404.",
        now: &[
            "Den Cache neu anlegen oder den Inhalt vollständig senden.",
            "Die Anmeldedaten des Projekts nehmen, das ihn angelegt hat.",
        ],
        for_good: &[
            "Diesen Fehler im Code abfangen: auf den vollen Prompt ausweichen und den Cache erneuern.",
        ],
        prevent: &[
            "Die Lebensdauer (ttl) rechtzeitig verlängern und Aufrufe mit Cache bei einem Projekt lassen.",
        ],
    },
    Text {
        name: "retired_model",
        meaning: "Dieses Modell wird nicht mehr angeboten, jedenfalls nicht diesem Projekt.",
        cause: "Es wurde abgeschaltet oder für neue Nutzer geschlossen.",
        now: &["Den Nachfolger nehmen, den die Abkündigungsliste nennt."],
        for_good: &["Modellnamen in der Konfiguration halten und den Nachfolger vor der Abschaltung testen."],
        prevent: &["Die Abkündigungsliste verfolgen: Dort stehen die Termine."],
    },
    Text {
        name: "model_elsewhere",
        meaning: "Dieser Standort bietet das Modell nicht an, oder das Projekt darf es nicht nutzen.",
        cause: "Der Name ist falsch oder abgekündigt, oder das Modell gibt es an anderen Standorten: Gemini 3 und später \
                nur in global, us und eu.",
        now: &[
            "Den Standort global versuchen.",
            "Name und Version des Modells in der Standortliste prüfen.",
        ],
        for_good: &[
            "Einen Standort wählen, der das Modell bedient; us und eu, wo Daten dort bleiben müssen.",
        ],
        prevent: &["Beim Start prüfen, ob es jedes Modell an jedem konfigurierten Standort gibt."],
    },
    Text {
        name: "unknown_model",
        meaning: "Ein Modell dieses Namens gibt es hier nicht, oder es kann nicht, was verlangt wurde.",
        cause: "Der Name ist vertippt oder abgekündigt, diese API-Version kennt das Modell nicht, oder das Modell \
                unterstützt die Methode nicht (etwa ein Live-, Bild- oder Embedding-Modell).",
        now: &[
            "Die Modelle auflisten (models.list): Dort stehen Namen und Methoden.",
            "Ist das Modell abgekündigt: den Nachfolger aus der Abkündigungsliste nehmen.",
        ],
        for_good: &[
            "Modellnamen in der Konfiguration halten und ein aktuelles stabiles Modell nehmen.",
            "v1beta aufrufen: v1 kennt nicht jedes Modell.",
        ],
        prevent: &[
            "Beim Start prüfen, ob es jedes konfigurierte Modell gibt, und die Abkündigungsliste verfolgen.",
        ],
    },
    Text {
        name: "file_gone",
        meaning: "Die Datei gibt es nicht mehr. Das Modell selbst ist da.",
        cause: "Hochgeladene Dateien werden nach 48 Stunden gelöscht, oder der Name ist falsch.",
        now: &["Die Datei neu hochladen und den neuen Namen verwenden."],
        for_good: &[
            "Zum Namen die Uploadzeit aufheben und rechtzeitig erneuern; Dauerhaftes in Cloud Storage legen.",
        ],
        prevent: &["Die Datei prüfen (files.get), bevor eine große Anfrage auf sie verweist."],
    },
];
