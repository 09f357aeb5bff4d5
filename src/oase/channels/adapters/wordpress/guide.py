"""What to create in WordPress, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a blog with WordPress 5.6 or newer that is reached over HTTPS, and somebody who may create users there.

1. **User.** In WordPress under *Users, Add New* create a user for the answers, for example *Service team*, with the role *Editor*
   (it holds the capability `moderate_comments`). Its *display name* is what readers see beside your answers.
2. **Application password.** Sign in as this user, *Profile, Application Passwords*: enter the name `Oase`, press *Add New
   Application Password* and copy the 24 characters at once; WordPress shows them only this time.
3. Enter the blog's address, the user name and the application password here and press *Test connection*.
4. Write a comment on the blog: within a minute it is in the inbox. A comment that waits for approval is marked as hidden;
   *Show* approves it, *Hide* holds it back, *Delete* puts it into WordPress's bin.

If the test says that WordPress did not see who we are: some web servers drop the `Authorization` header (Apache with CGI needs
`CGIPassAuth On`), some security plugins switch off application passwords or the REST API.
"""

_DE = """\
Sie brauchen ein Blog mit WordPress 5.6 oder neuer, das über HTTPS erreichbar ist, und jemanden, der dort Benutzer anlegen darf.

1. **Benutzer.** Legen Sie in WordPress unter *Benutzer, Neu hinzufügen* einen Benutzer für die Antworten an, zum Beispiel
   *Serviceteam*, mit der Rolle *Redakteur* (sie enthält die Berechtigung `moderate_comments`). Sein *öffentlicher Name* steht neben
   Ihren Antworten.
2. **Anwendungspasswort.** Melden Sie sich als dieser Benutzer an, *Profil, Anwendungspasswörter*: Tragen Sie den Namen `Oase` ein,
   drücken Sie *Neues Anwendungspasswort hinzufügen* und kopieren Sie die 24 Zeichen sofort; WordPress zeigt sie nur einmal.
3. Tragen Sie hier die Adresse des Blogs, den Benutzernamen und das Anwendungspasswort ein und drücken Sie *Verbindung prüfen*.
4. Schreiben Sie einen Kommentar im Blog: Binnen einer Minute steht er im Posteingang. Ein Kommentar, der auf Freigabe wartet, ist als
   verborgen gekennzeichnet; *Zeigen* gibt ihn frei, *Verbergen* hält ihn zurück, *Löschen* legt ihn in den Papierkorb von WordPress.

Sagt die Prüfung, WordPress habe nicht gesehen, wer wir sind: Manche Webserver verwerfen den Header `Authorization` (Apache mit CGI
braucht `CGIPassAuth On`), manche Sicherheits-Plugins schalten Anwendungspasswörter oder die REST-API ab.
"""

GUIDE = Words(_EN, _DE)
