//! The reasons of `google.rpc.ErrorInfo` in German.

use crate::catalogue::{Entry, Text, subjects, write};

pub(super) static ENTRIES: [Entry; subjects::REASONS.len()] = write(&subjects::REASONS, &TEXTS);

const TEXTS: [Text; subjects::REASONS.len()] = [
    Text {
        name: "API_KEY_INVALID",
        meaning: "Der API-Schlüssel ist ungültig.",
        cause: "Der Server kennt diesen Schlüssel nicht: vertippt, gelöscht, abgelaufen oder ein nie ersetzter Platzhalter.",
        now: &[
            "Prüfen, was wirklich gesendet wird: Länge, Leerzeichen, Anführungszeichen, die richtige Umgebungsvariable.",
            "In AI Studio einen neuen Schlüssel anlegen und diesen verwenden.",
        ],
        for_good: &[
            "Schlüssel in einem Secret Store halten; alte Standardschlüssel durch Autorisierungsschlüssel ersetzen.",
        ],
        prevent: &["Den Schlüssel beim Start mit einem kleinen Aufruf testen."],
    },
    Text {
        name: "API_KEY_EXPIRED",
        meaning: "Der API-Schlüssel ist abgelaufen.",
        cause: "Der Schlüssel hatte ein Enddatum, oder Google hat seine Art abgeschafft.",
        now: &["In AI Studio einen neuen Schlüssel anlegen und den alten damit ersetzen."],
        for_good: &["Schlüssel planmäßig rotieren, deutlich vor ihrem Ende."],
        prevent: &["Für das Ende jedes Schlüssels eine Erinnerung setzen."],
    },
    Text {
        name: "API_KEY_SERVICE_BLOCKED",
        meaning: "Der Schlüssel darf für diese API nicht benutzt werden.",
        cause: "Der Schlüssel ist auf bestimmte APIs eingeschränkt, und die Gemini API ist nicht dabei.",
        now: &[
            "Den Schlüssel in der Cloud Console öffnen (APIs & Dienste, Anmeldedaten) und die Generative Language API erlauben.",
            "Oder in AI Studio einen eigenen Schlüssel für Gemini anlegen.",
        ],
        for_good: &["Je API und Dienst einen Schlüssel verwenden, eingeschränkt auf das Nötige."],
        prevent: &["Einschränkungen prüfen, sobald ein Schlüssel angelegt oder gemeinsam genutzt wird."],
    },
    Text {
        name: "API_KEY_HTTP_REFERRER_BLOCKED",
        meaning: "Der Schlüssel darf von dieser Webseite aus nicht benutzt werden.",
        cause: "Der Schlüssel ist auf bestimmte Referrer eingeschränkt. Aufrufe von Servern senden gar keinen.",
        now: &[
            "Aufruf vom Server: einen Schlüssel ohne Referrer-Einschränkung nehmen.",
            "Aufruf aus dem Browser: die Adresse der Seite in die Liste des Schlüssels eintragen.",
        ],
        for_good: &[
            "Den Aufruf ins Backend verlegen: Einen Schlüssel in einer Webseite kann jeder Besucher lesen.",
        ],
        prevent: &["Serverschlüssel nach API und Adresse einschränken, nicht nach Referrer."],
    },
    Text {
        name: "API_KEY_IP_ADDRESS_BLOCKED",
        meaning: "Der Schlüssel darf von dieser IP-Adresse aus nicht benutzt werden.",
        cause: "Der Schlüssel ist auf bestimmte Adressen eingeschränkt, und die des Aufrufers fehlt. Auch IPv6 zählt.",
        now: &[
            "Die Adresse, von der der Server wirklich sendet (auch IPv6), in die Liste des Schlüssels eintragen.",
        ],
        for_good: &["Über eine feste ausgehende Adresse senden (Cloud NAT) und diese erlauben."],
        prevent: &["Die Liste des Schlüssels anpassen, bevor Server umziehen."],
    },
    Text {
        name: "API_KEY_ANDROID_APP_BLOCKED",
        meaning: "Der Schlüssel darf von dieser Android-App nicht benutzt werden.",
        cause: "Der Schlüssel ist auf bestimmte Paketnamen und Zertifikate eingeschränkt, und diese App fehlt.",
        now: &[
            "Paketname und SHA-1-Fingerabdruck des Signaturzertifikats in die Liste des Schlüssels eintragen.",
        ],
        for_good: &[
            "Über das eigene Backend oder Firebase AI Logic aufrufen, damit kein Schlüssel in der App steckt.",
        ],
        prevent: &["Debug- und Release-Zertifikat eintragen."],
    },
    Text {
        name: "API_KEY_IOS_APP_BLOCKED",
        meaning: "Der Schlüssel darf von dieser iOS-App nicht benutzt werden.",
        cause: "Der Schlüssel ist auf bestimmte Bundle-IDs eingeschränkt, und die der App fehlt.",
        now: &["Die Bundle-ID der App in die Liste des Schlüssels eintragen."],
        for_good: &[
            "Über das eigene Backend oder Firebase AI Logic aufrufen, damit kein Schlüssel in der App steckt.",
        ],
        prevent: &["Die Bundle-IDs aller Build-Varianten eintragen."],
    },
    Text {
        name: "CREDENTIALS_MISSING",
        meaning: "Die Anfrage enthielt keine Anmeldedaten, die diese API annimmt.",
        cause: "Weder Schlüssel noch Token wurde gesendet, oder ein Schlüssel, wo die API ein OAuth-Token will (Vertex).",
        now: &[
            "Vertex: anmelden (gcloud auth application-default login) oder ein Dienstkonto setzen.",
            "Developer API: den Schlüssel im Header x-goog-api-key senden.",
        ],
        for_good: &["Auf Vertex Application Default Credentials nutzen; sie erneuern sich selbst."],
        prevent: &["Beim Start prüfen, ob Anmeldedaten da sind, und sonst mit klarer Meldung abbrechen."],
    },
    Text {
        name: "ACCESS_TOKEN_EXPIRED",
        meaning: "Das Zugriffstoken ist abgelaufen.",
        cause: "OAuth-Tokens leben etwa eine Stunde; dieses wurde nicht erneuert.",
        now: &[
            "Ein neues Token holen und erneut senden; geht das nicht: gcloud auth application-default login.",
        ],
        for_good: &["Die Auth-Bibliothek Tokens erneuern lassen, statt eines in einer Variablen zu halten."],
        prevent: &["Einige Minuten vor Ablauf erneuern und die Uhr der Maschine richtig stellen."],
    },
    Text {
        name: "ACCESS_TOKEN_TYPE_UNSUPPORTED",
        meaning: "Diese Art von Token wird hier nicht angenommen.",
        cause: "Ein Schlüssel kam als Token, ein ID-Token als Zugriffstoken, oder ein neuer Schlüssel (AQ.…) auf falschem Weg.",
        now: &[
            "API-Schlüssel im Header x-goog-api-key senden, nicht als Authorization: Bearer.",
            "In Authorization ein Zugriffstoken senden, kein ID-Token.",
        ],
        for_good: &["Das SDK den Header setzen lassen; dann passen Dienst und Anmeldedaten zusammen."],
        prevent: &[
            "Schlüssel und Tokens nicht am Präfix unterscheiden, sondern in der Konfiguration benennen.",
        ],
    },
    Text {
        name: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        meaning: "Das Token gilt nicht für diese API.",
        cause: "Es wurde für andere Scopes ausgestellt; auf virtuellen Maschinen oft wegen der Scopes der Maschine.",
        now: &[
            "Ein Token mit dem Scope https://www.googleapis.com/auth/cloud-platform anfordern.",
            "Bei einer Compute-Engine-VM: anhalten, Scope setzen, wieder starten.",
        ],
        for_good: &["Maschinen den Scope cloud-platform geben und über IAM-Rollen begrenzen."],
        prevent: &["Die nötigen Scopes neben dem aufrufenden Code festhalten."],
    },
    Text {
        name: "SESSION_COOKIE_INVALID",
        meaning: "Das Sitzungs-Cookie gilt nicht mehr.",
        cause: "Die Anmeldung hinter dem Cookie ist beendet oder wurde geändert.",
        now: &["Neu anmelden."],
        for_good: &["Für Programme ein Dienstkonto oder einen API-Schlüssel nehmen, keine Browsersitzung."],
        prevent: &["Keine Cookies aus dem Browser in Programme kopieren."],
    },
    Text {
        name: "ACCOUNT_STATE_INVALID",
        meaning: "Das Konto hinter den Anmeldedaten ist nicht nutzbar.",
        cause: "Es wurde gelöscht, deaktiviert oder gesperrt, oder der Dienst wurde ihm abgeschaltet.",
        now: &[
            "Beim Administrator den Zustand des Kontos erfragen; bis dahin eine andere eigene Identität verwenden.",
        ],
        for_good: &["Dienste unter Dienstkonten betreiben, nicht unter dem Konto einer Person."],
        prevent: &["Vor dem Schließen eines Kontos prüfen, welche Dienste daran hängen."],
    },
    Text {
        name: "USER_BLOCKED_BY_ADMIN",
        meaning: "Ein Administrator hat diesen Dienst für den Nutzer gesperrt.",
        cause: "Eine Richtlinie der Organisation erlaubt dem Konto die Nutzung nicht.",
        now: &["Den Workspace- oder Cloud-Administrator um Freigabe des Dienstes bitten."],
        for_good: &["Ein Projekt und ein Konto vereinbaren, die für diese Arbeit vorgesehen sind."],
        prevent: &["Vor dem Einführen nach den Richtlinien der Organisation fragen."],
    },
    Text {
        name: "IAM_PERMISSION_DENIED",
        meaning: "Dem Aufrufer fehlt eine IAM-Berechtigung.",
        cause: "Keine Rolle des Aufrufers enthält die Berechtigung für diese Ressource, oder die Ressource existiert nicht.",
        now: &[
            "Im Projekt die Rolle Vertex AI User (roles/aiplatform.user) geben und zwei Minuten warten.",
            "Projekt, Standort und Modell im Namen der Ressource auf Tippfehler prüfen.",
        ],
        for_good: &["Rollen im Code festlegen, je Dienstkonto, mit den geringsten nötigen Rechten."],
        prevent: &["Mit der Identität der Produktion testen, nicht mit der eigenen."],
    },
    Text {
        name: "SERVICE_DISABLED",
        meaning: "Die API ist in diesem Projekt nicht aktiviert.",
        cause: "Sie wurde dort nie aktiviert oder abgeschaltet. Oft ist es ein anderes Projekt als gedacht.",
        now: &[
            "Sie in der Cloud Console unter der im Fehler genannten Adresse aktivieren.",
            "Einige Minuten warten, bis die Änderung überall angekommen ist, dann erneut versuchen.",
        ],
        for_good: &["APIs in der Projektdefinition aktivieren, nicht von Hand."],
        prevent: &["Ein neues Projekt zuerst mit einem kleinen Aufruf testen."],
    },
    Text {
        name: "SERVICE_NOT_VISIBLE",
        meaning: "Diese API ist für das Projekt nicht zugänglich.",
        cause: "Die API ist beschränkt (Vorschau, Partner, intern), oder ihr Name ist falsch.",
        now: &["Den aufgerufenen Hostnamen prüfen, und ob das Projekt zugelassen wurde."],
        for_good: &["Die öffentliche API nutzen oder Zugang beantragen."],
        prevent: &["Produkte auf allgemein verfügbare APIs bauen."],
    },
    Text {
        name: "BILLING_DISABLED",
        meaning: "Für dieses Projekt ist die Abrechnung aus.",
        cause: "Kein Rechnungskonto ist verknüpft, oder das verknüpfte ist geschlossen oder überfällig.",
        now: &["In der Cloud Console ein offenes Rechnungskonto verknüpfen, dann einige Minuten warten."],
        for_good: &["Ein zweites Zahlungsmittel am Konto hinterlegen."],
        prevent: &["Warnungen für das Konto einrichten, damit es nicht unbemerkt geschlossen wird."],
    },
    Text {
        name: "CONSUMER_SUSPENDED",
        meaning: "Google hat das Projekt gesperrt.",
        cause: "Meist ein vermuteter Verstoß gegen die Bedingungen, Missbrauch über einen geleakten Schlüssel oder offene Rechnungen.",
        now: &[
            "Die Mails an die Projektinhaber lesen und in die Cloud Console sehen.",
            "Dort Einspruch einlegen; möglicherweise geleakte Schlüssel löschen.",
        ],
        for_good: &[
            "Erst die Ursache beseitigen, dann weitermachen; nur eigene, unbeanstandete Projekte nutzen.",
        ],
        prevent: &[
            "Schlüssel einschränken, den Verbrauch beobachten, Kontakte und Zahlungen aktuell halten.",
        ],
    },
    Text {
        name: "CONSUMER_INVALID",
        meaning: "Das Projekt, dem die Anfrage berechnet wird, ist ungültig.",
        cause: "Es wurde gelöscht, seine ID ist vertippt, oder Schlüssel und Projekt gehören nicht zusammen.",
        now: &["Die Projekt-ID prüfen, und ob es das Projekt noch gibt."],
        for_good: &["Projekt-IDs in der Konfiguration halten, nicht im Code."],
        prevent: &["Vor dem Löschen eines Projekts nachsehen, wer es benutzt."],
    },
    Text {
        name: "USER_PROJECT_DENIED",
        meaning: "Der Aufrufer darf das zu belastende Projekt nicht benutzen.",
        cause: "Das Quotenprojekt (x-goog-user-project) erlaubt diesen Aufrufer nicht oder existiert nicht.",
        now: &[
            "Dem Aufrufer in diesem Projekt die Rolle Service Usage Consumer geben.",
            "Oder ein anderes setzen: gcloud auth application-default set-quota-project PROJEKT.",
        ],
        for_good: &["Das Quotenprojekt in jeder Umgebung ausdrücklich setzen."],
        prevent: &["Es prüfen, wenn Personen oder Dienstkonten das Projekt wechseln."],
    },
    Text {
        name: "RESOURCE_PROJECT_INVALID",
        meaning: "Das Projekt im Namen der Ressource ist ungültig.",
        cause: "Es existiert nicht, wurde gelöscht oder ist im Pfad falsch geschrieben.",
        now: &["Das Projekt im Pfad der Anfrage prüfen."],
        for_good: &["Projekt-IDs in der Konfiguration halten, nicht im Code."],
        prevent: &["Die Konfiguration einer neuen Umgebung mit einem Aufruf testen."],
    },
    Text {
        name: "TOS_VIOLATION",
        meaning: "Google hat diesen Dienst für das Konto gesperrt, wegen Verstoßes gegen die Nutzungsbedingungen.",
        cause: "Google hat eine Nutzung gesehen, die die Bedingungen verbieten, etwa Abo-Zugang über inoffizielle Clients.",
        now: &["Über den Link in der Meldung Einspruch einlegen und die Ursache abstellen."],
        for_good: &["Die bezahlte API mit eigenem Schlüssel nutzen, im Rahmen ihrer Bedingungen."],
        prevent: &[
            "Abos nur in Googles eigenen Clients nutzen und vor dem Automatisieren die Bedingungen lesen.",
        ],
    },
    Text {
        name: "VALIDATION_REQUIRED",
        meaning: "Google verlangt zuerst eine Bestätigung des Kontos.",
        cause: "Die Anmeldung wirkte ungewöhnlich, oder dem Konto fehlt eine Verifizierung.",
        now: &[
            "Sich im Browser beim Konto anmelden, die Bestätigung erledigen, dann den Client neu starten.",
        ],
        for_good: &[
            "Für Programme einen API-Schlüssel oder ein Dienstkonto nehmen; sie brauchen diesen Schritt nicht.",
        ],
        prevent: &["Telefonnummer und Mailadresse zur Wiederherstellung aktuell halten."],
    },
    Text {
        name: "SECURITY_POLICY_VIOLATED",
        meaning: "VPC Service Controls hat die Anfrage abgelehnt.",
        cause: "Aufrufer oder Projekt liegen außerhalb des Service-Perimeters der Organisation.",
        now: &[
            "Dem Administrator die eindeutige ID aus der Meldung geben; das Audit-Log zeigt, welche Regel es war.",
        ],
        for_good: &[
            "Die Gemini-Dienste und den Aufrufer in den Perimeter aufnehmen oder eine Ingress-Regel anlegen.",
        ],
        prevent: &["Perimeter zuerst im Dry-Run-Modus testen."],
    },
    Text {
        name: "LOCATION_POLICY_VIOLATED",
        meaning: "Eine Richtlinie der Organisation erlaubt diesen Standort nicht.",
        cause: "Der Standort in der Anfrage gehört nicht zu denen, die die Organisation zulässt.",
        now: &["Einen Standort nehmen, der erlaubt ist und das Modell bedient."],
        for_good: &[
            "Den Administrator um Freigabe eines Standorts bitten, wenn die Datenregeln es zulassen.",
        ],
        prevent: &["Erlaubte Standorte in der Konfiguration jeder Umgebung festhalten."],
    },
    Text {
        name: "ORG_RESTRICTION_VIOLATION",
        meaning: "Die Organisation erlaubt den Zugriff auf diese Ressource aus ihrem Netz nicht.",
        cause: "Eine Organisationsbeschränkung: Das Projekt gehört einer anderen Organisation.",
        now: &["Ein Projekt der eigenen Organisation nehmen oder den Administrator fragen."],
        for_good: &["Die Arbeit in ein Projekt der eigenen Organisation verlegen."],
        prevent: &["Keine privaten Projekte aus dem Firmennetz nutzen."],
    },
    Text {
        name: "RESOURCE_USAGE_RESTRICTION_VIOLATED",
        meaning: "Eine Richtlinie der Organisation verbietet diese API im Projekt.",
        cause: "Die Richtlinie „Restrict Resource Service Usage“ führt den Dienst nicht auf.",
        now: &["Den Administrator bitten, den Dienst in die Richtlinie aufzunehmen."],
        for_good: &["Ein Projekt in einem Ordner nutzen, dessen Richtlinie ihn erlaubt."],
        prevent: &["Organisationsrichtlinien prüfen, bevor eine API eingeplant wird."],
    },
    Text {
        name: "RATE_LIMIT_EXCEEDED",
        meaning: "Ein Ratenkontingent ist aufgebraucht.",
        cause: "Mehr Anfragen oder Tokens im Zeitfenster, als das Projekt senden darf; die Details nennen das Kontingent.",
        now: &[
            "So lange warten, wie der Server sagt, dann erneut senden.",
            "Nachsehen, welches Kontingent es ist und über welches Zeitfenster es zählt.",
        ],
        for_good: &["Selbst drosseln, ein höheres Limit beantragen oder die Last auf Modelle verteilen."],
        prevent: &["Knapp unter dem Limit bleiben und Spitzen glätten."],
    },
    Text {
        name: "RESOURCE_QUOTA_EXCEEDED",
        meaning: "Ein Kontingent für Zahl oder Größe von Ressourcen ist aufgebraucht.",
        cause: "Es gibt zu viel auf einmal: Dateien, Caches, Jobs, Speicher.",
        now: &["Löschen, was nicht mehr gebraucht wird, dann erneut versuchen."],
        for_good: &["Ein höheres Limit beantragen oder Ressourcen eine Lebensdauer geben."],
        prevent: &["Nach Gebrauch aufräumen und die Zahl der Ressourcen beobachten."],
    },
    Text {
        name: "QUOTA_EXHAUSTED",
        meaning: "Das Kontingent des Tarifs ist aufgebraucht (Gemini Code Assist, Gemini CLI).",
        cause: "Abos erlauben eine Menge je Zeitfenster von Stunden bis Tagen; diese ist verbraucht.",
        now: &[
            "Bis zu dem Reset warten, den die Meldung nennt; vorher zu wiederholen bringt nichts.",
            "Auf ein anderes Modell wechseln: Es kann ein eigenes Kontingent haben.",
        ],
        for_good: &[
            "Einen größeren Tarif nehmen oder für den Mehrbedarf die API mit Schlüssel und Abrechnung nutzen.",
        ],
        prevent: &["Für kleine Schritte ein leichteres Modell nehmen und den Kontext kurz halten."],
    },
    Text {
        name: "INSUFFICIENT_G1_CREDITS_BALANCE",
        meaning: "Das Guthaben des Google-One- oder AI-Tarifs ist aufgebraucht.",
        cause: "Die Anfrage sollte aus dem Guthaben des Tarifs bezahlt werden, und es ist leer.",
        now: &[
            "Auf das Guthaben des nächsten Monats warten, nachkaufen oder, wo angeboten, ohne Guthaben weiterarbeiten.",
        ],
        for_good: &["Einen größeren Tarif nehmen oder die API mit Schlüssel und Abrechnung nutzen."],
        prevent: &["Vor großen Aufträgen das Guthaben ansehen."],
    },
    Text {
        name: "MODEL_CAPACITY_EXHAUSTED",
        meaning: "Google hat für dieses Modell gerade keine Kapazität frei.",
        cause: "Die Nachfrage übersteigt das Angebot; das eigene Kontingent ist nicht der Grund.",
        now: &[
            "Backoff: ein bis zwei Sekunden warten, jedes Mal verdoppeln, mit Jitter.",
            "Oder sofort auf ein anderes Modell wechseln.",
        ],
        for_good: &["Ein Ausweichmodell einrichten."],
        prevent: &["Massenaufträge in ruhige Stunden oder in die Batch API verlegen."],
    },
];
