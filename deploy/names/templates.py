"""Sentences of our own, in the tone of a company's mail, with slots for names and for what is none.

`[](PERSON)` is a whole name in any of its forms, `[](NOM)` a surname, `[](PRENOM)` a given name;
`[](VILLE)`, `[](RUE)`, `[](MARQUE)`, `[](SIGLE)`, `[](MOIS)` and the like are traps.
"""

from __future__ import annotations

FRENCH = """
Bonjour,\\nJe suis en congé jusqu'au 12 [](MOIS). En cas d'urgence, contactez [](PERSON).\\nCordialement,\\n[](PERSON)
Bonjour [](PRENOM),\\nMerci pour ton retour. [](PERSON) m'a confirmé la réunion de [](JOUR).\\nBien à toi,\\n[](PRENOM)
Cher [](PRENOM),\\nJe te transmets le dossier de [](PERSON).\\nAmicalement\\n[](PRENOM) [](NOM)
Le contrat a été signé par [](PERSON), directeur de [](MARQUE), en [](MOIS) 2025.
[](PERSON) et [](PERSON) ont demandé une prolongation de leur télétravail.
Hier, [](PERSON) a déposé une réclamation auprès du service Clients.
Compte rendu de la réunion du 3 [](MOIS)\\nPrésents : [](PERSON), [](PERSON), [](PERSON)\\nExcusés : [](PERSON)
Présents : [](PERSON) ([](SIGLE)), [](PERSON) ([](SIGLE))\\nSecrétaire de séance : [](PERSON)
Nom : [](NOM)\\nPrénom : [](PRENOM)\\nService : Comptabilité
NOM [](NOM) PRÉNOM [](PRENOM) MATRICULE 48213
La salariée [](PERSON) sera absente à partir de [](JOUR).
Selon [](PERSON), le logiciel [](MARQUE) ne répond plus depuis [](JOUR).
Ticket ouvert par [](PERSON) : l'imprimante [](MARQUE) du bureau [](VILLE) est en panne.
Le badge de [](PERSON) a été désactivé. [](PRENOM) doit passer à l'accueil.
De : [](PERSON)\\nÀ : [](PERSON)\\nCc : [](PERSON)\\nObjet : Budget prévisionnel
De : [](PERSON) <contact@exemple.fr>\\nEnvoyé : [](JOUR) 4 [](MOIS)\\nObjet : Point sur [](MARQUE)
Je vous prie d'agréer, [](CIV) [](NOM), l'expression de mes salutations distinguées.\\n[](PERSON)
[](CIV) [](NOM) a été reçue en entretien par [](CIV) [](NOM) le 4 [](MOIS).
L'avocate de [](PERSON), Me [](NOM), a saisi le conseil de prud'hommes de [](VILLE).
Le docteur [](NOM) a prescrit un arrêt à [](PERSON).
Évaluation annuelle de [](PERSON) : objectifs atteints. Manager : [](PERSON).
[](PRENOM) a dit à [](PRENOM) que la prime serait versée en [](MOIS).
L'enfant [](PERSON), fille de [](PERSON), est inscrite à la crèche de [](VILLE).
Pour toute question, voyez avec [](PERSON) (poste 4213) ou [](PERSON).
Entretien avec [](PERSON), candidat au poste de Responsable Achats.
Je m'appelle [](PERSON) et je travaille chez [](MARQUE) depuis 2019.
Bonjour, ici [](PERSON), du site de [](VILLE).
Merci de prévenir [](PERSON) dès que [](PRENOM) sera rentrée de [](VILLE).
[](PERSON)\\nResponsable des ressources humaines\\n[](MARQUE)
[](PERSON) | Directrice financière | [](MARQUE)
Signé : [](PERSON)
Rédigé par [](PERSON), validé par [](PERSON), approuvé par [](PERSON).
Mon collègue [](PRENOM) [](NOM) habite [](VILLE) avec [](PRENOM).
Félicitations à [](PERSON) pour sa nomination comme Directeur Général de [](MARQUE) !
Le véhicule de [](PERSON) est garé [](RUE).
Plainte de [](PERSON) contre [](PERSON) pour harcèlement, transmise à la [](SIGLE).
[](PERSON) remplace [](PERSON) pendant son congé maternité, de [](MOIS) à [](MOIS).
Virement à [](PERSON), bénéficiaire du contrat. Conseiller : [](PERSON).
Qui est [](PERSON) et quel est son salaire ?
Quel est le numéro de téléphone de [](PERSON) ?
Peux-tu me résumer l'entretien de [](PRENOM) ?
Est-ce que [](PERSON) a posé ses congés en [](MOIS) ?
Que dit le dossier de [](PERSON) sur l'accident de [](JOUR) ?
Le projet [](MARQUE) est piloté par [](PRENOM) et suivi par [](PERSON) à [](VILLE).
[](NOM), [](PRENOM) - né le 12/03/1985 à [](VILLE)
Patient : [](PERSON)\\nMédecin traitant : Dr [](PERSON)
Liste des participants :\\n- [](PERSON)\\n- [](PERSON)\\n- [](PERSON)\\n- [](PERSON)
1. [](PERSON)\\n2. [](PERSON)\\n3. [](PERSON)
| Nom | Service |\\n|---|---|\\n| [](PERSON) | Comptabilité |\\n| [](PERSON) | Juridique |
Témoin : [](PERSON), demeurant [](RUE), [](VILLE).
Attestation sur l'honneur de [](PERSON), épouse [](NOM), née [](NOM).
Nous avons reçu [](PERSON), [](PERSON) ainsi que [](CIV) [](NOM).
« Je n'ai rien vu », affirme [](PERSON). « Moi non plus », ajoute [](PRENOM).
[](PERSON) (comptable) et [](PRENOM) (stagiaire) ont vu le document.
Les héritiers [](NOM) et les époux [](NOM) ont signé chez Maître [](NOM) à [](VILLE).
La famille [](NOM) quitte [](VILLE) pour [](PAYS).
Bonne journée,\\n\\n[](PRENOM) [](NOM)\\nChargée de mission\\n[](RUE)\\n[](VILLE)
Salut [](PRENOM), tu peux appeler [](PRENOM) ? Merci. [](PRENOM)
Dans le cadre de la Loi [](LOI), l'Entreprise doit informer le Comité Social et Économique.
La Direction des Ressources Humaines de [](MARQUE) publie un Guide des Congés.
Le siège se trouve [](RUE), à [](VILLE). L'agence de [](VILLE) ferme en [](MOIS).
Article L. 1234-5 du Code du travail : l'Employeur informe le Salarié.
L'Union européenne et la [](SIGLE) ont adopté le Règlement. La Commission a répondu à la [](PAYS).
Les Français, les Allemands et les Italiens votent [](JOUR).
Le lycée [](CELEBRE) et l'hôpital [](CELEBRE) se trouvent [](RUE).
Installer [](MARQUE) sur Windows, puis ouvrir Outlook et Teams.
Congés Payés : Voir la Convention Collective. Chaque Salarié acquiert des jours.
Conditions Générales de Vente de [](MARQUE), version du 2 [](MOIS).
Le prix [](CELEBRE) a été remis à [](PERSON) à [](VILLE).
Marchés Publics : le Titulaire remet son Offre. Le Pouvoir Adjudicateur décide.
La Poste, la Banque de France et [](MARQUE) sont fermées [](JOUR).
CHAPITRE PREMIER\\nDISPOSITIONS GÉNÉRALES\\nLe présent Règlement Intérieur s'applique à tous.
Pourquoi ? Parce que la Caisse nationale d'Assurance vieillesse le demande.
Toutefois, Paris et [](VILLE) font exception. Ainsi, Noël et Pâques sont fériés.
Comment déclarer ? Remplissez le formulaire Cerfa auprès de la [](SIGLE) ou de l'[](SIGLE).
Quand Mars arrive, les Roses fleurissent ; Petit à petit, le Blanc domine.
La Renault et la Peugeot de fonction sont livrées par [](MARQUE) à [](VILLE).
Bonjour à tous, le Service Informatique sera fermé [](JOUR). Cordialement, L'équipe Support
Bien cordialement,\\nLe Service Juridique\\n[](MARQUE)\\n[](RUE), [](VILLE)
"""

ENGLISH = """
Hello,\\nI am out of office until [](MONTH). Please contact [](PERSON).\\nBest regards,\\n[](PERSON)
Hi [](PRENOM),\\nThanks for your message. [](PERSON) confirmed the meeting on [](DAY).\\nCheers,\\n[](PRENOM)
Dear [](CIVEN) [](NOM),\\nPlease find the file of [](PERSON) attached.\\nKind regards\\n[](PERSON)
The contract was signed by [](PERSON), director of [](MARQUE), in [](MONTH) 2025.
[](PERSON) and [](PERSON) asked to work from home.
Yesterday, [](PERSON) filed a complaint with the Customer Service.
My name is [](PERSON) and I work for [](MARQUE).
Attendees: [](PERSON), [](PERSON), [](PERSON)\\nApologies: [](PERSON)
From: [](PERSON)\\nTo: [](PERSON)\\nCc: [](PERSON)\\nSubject: Budget
First name: [](PRENOM)\\nLast name: [](NOM)\\nDepartment: Finance
Ticket opened by [](PERSON): the [](MARQUE) printer in [](VILLE) is down.
What is the salary of [](PERSON)?
When does [](PERSON) come back from [](PAYSEN)?
Who is [](PERSON)? Please ask [](PRENOM).
[](PERSON)'s badge was lost on [](DAY). [](PRENOM)'s manager was told.
According to [](PERSON), the [](MARQUE) project is late.
[](PERSON) told [](PRENOM) that the bonus would be paid in [](MONTH).
Interview with [](PERSON), applicant for the post of Purchasing Manager.
[](PERSON)\\nHead of Human Resources\\n[](MARQUE)
Signed: [](PERSON)
Approved by [](PERSON) and reviewed by [](PERSON).
Dr. [](NOM) gave [](PERSON) a sick note.
I spoke to [](CIVEN) [](NOM) about [](PRENOM) last [](DAY).
Our colleague [](PERSON) moved from [](VILLE) to [](PAYSEN).
"I saw nothing," said [](PERSON). "Neither did I," added [](PRENOM).
- [](PERSON)\\n- [](PERSON)\\n- [](PERSON)
The [](MARQUE) laptop must be returned to the Service Desk by [](DAY).
The European Union and the [](SIGLE) adopted the Regulation in [](MONTH).
The General Data Protection Regulation applies in [](PAYSEN) and [](PAYSEN).
Install Windows, then open Outlook, Teams and [](MARQUE).
The Head Office is in [](VILLE); the [](VILLE) office opens on [](DAY).
Employees must read the Code of Conduct. The Works Council meets on [](DAY).
Annual Leave: See the Staff Handbook. Every Employee earns two days.
However, English, French and German staff may choose. Why? Because the Board decided so.
Terms and Conditions of [](MARQUE), as of [](MONTH).
May I take leave in May? Will the bill be paid? Mark the date. Grant access to the Rose team.
Best regards,\\nThe Support Team\\n[](MARQUE)
"""

TRAPS: dict[str, tuple[str, ...]] = {
    "MOIS": tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre Janvier Mars Avril Juin Octobre".split()),
    "MONTH": tuple("January February March April May June July August September October November December".split()),
    "JOUR": tuple("lundi mardi mercredi jeudi vendredi samedi dimanche Lundi Jeudi".split()),
    "DAY": tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
    "CIV": ("M.", "Mme", "Mlle", "Monsieur", "Madame", "Maître", "Dr", "Mr"),
    "CIVEN": ("Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dr", "Prof."),
    "MARQUE": tuple("Renault;Peugeot;Michelin;Leclerc;Carrefour;Dassault Systèmes;Orange;Bouygues;Thales;Sopra Steria;Capgemini;Atos;Safran;Société Générale;Crédit Agricole;La Poste;Bonduelle;Danone;Decathlon;Leroy Merlin;Hermès;Dior;Chanel;Louis Vuitton;Airbus;Veolia;Google;Microsoft;Salesforce;Jira;Excel;SharePoint;Amazon;SAP;Oracle;Dell;Canon;Lexmark;Xerox;Siemens;Bosch;Philips;Mercedes;Ford;Toyota;Nestlé;Fleury Michon;Picard;Darty;Boulanger;Castorama;Saint-Gobain;Pernod Ricard;Martin & Fils;Groupe Bernard;Durand SA;Établissements Moreau;Cabinet Lefort;Rossignol SARL;Phares & Cie".split(";")),
    "SIGLE": tuple("CNIL URSSAF CAF CPAM CSE RH DRH INSEE SNCF RATP EDF DGFIP ANSSI OFII MDPH CFDT DPO RGPD HR GDPR UN NATO ICO CEO ACAS HMRC NHS".split()),
    "LOI": tuple("Evin;Sapin II;Macron;Pacte;Rebsamen;Informatique et Libertés;El Khomri;Copé-Zimmermann;Rixain;Lemaire;Toubon;Badinter;Carrez;Alur;Pinel;Borloo;Aubry;Godfrain;Veil".split(";")),
    "CELEBRE": tuple("Victor-Hugo;Jean-Moulin;Pasteur;Jules-Ferry;Georges-Pompidou;Saint-Louis;Marie-Curie;Louis-le-Grand;Nobel;Goncourt;Claude-Bernard;Lavoisier;Jean-Jaurès;Necker;Simone-Veil;Molière;Condorcet;Diderot".split(";")),
    "RUE": tuple("rue Victor-Hugo;12 rue Jean Jaurès;avenue du Général de Gaulle;place Charles de Gaulle;boulevard Voltaire;3 rue Pierre Curie;rue Saint-Denis;avenue Foch;rue du Docteur Roux;quai Louis Blériot;square Anatole France;boulevard Saint-Michel;8 allée Marcel Proust;rue Paul Bert;avenue Jean Mermoz;impasse Marguerite Duras".split(";")),
    "PAYS": tuple("France;Belgique;Suisse;Espagne;Pologne;Tunisie;Italie;Grèce;Roumanie;Chine;Inde".split(";")),
    "PAYSEN": tuple("France;Germany;Spain;Scotland;Poland;Ireland;Italy;Sweden;Wales;Canada;Jordan;Chad".split(";")),
}  # fmt: skip

BEGINS = (
    ";Hier, ;Félicitations à ;Plainte de ;Le dossier de ;Merci à ;Bravo à ;La demande de ;Le courrier de ;"
    "J'ai vu ;Nous avons rencontré ;Voici le message de ;Je travaille avec ;Il faut prévenir ;Réponse de ;"
    "Le bureau de ;L'ordinateur de ;La fille de ;Les congés de ;D'après ;Selon ;Pour ;Avec ;Chez ;Contre ;"
    "Envers ;À propos de ;Concernant ;Signalé par ;Transmis à ;Appel de ;Rendez-vous avec ;Note pour ;"
    "Remplacé par ;Accident de ;Le témoignage de ;L'entretien avec ;La mutation de ;Ensuite, ;Enfin, ;"
    "Lundi, ;Ce matin ;Comme ;Ni ;Et ;Mais ;Puis ;Car ;Si ;Quand ;Puisque ;Heureusement, ;Mon chef, ;"
    "Mon voisin, ;Notre comptable ;Le juriste ;La stagiaire ;L'apprenti ;Sa femme ;Son mari ;Le client ;"
    "Le candidat ;La victime ;L'auteur ;Le plaignant ;Responsable : ;Contact : ;Auteur : ;Agent : ;Élève : ;"
    "Interlocuteur : ;Demandeur : ;Destinataire : ;Vendeur : ;- ;* ;• ;1) ;> ;( ;« ;À : ;De : ;Cc : ;Objet : "
).split(";")
ENDS = (
    ".; a signé le contrat.; est absent.; était là.; sera en congé.; n'a pas répondu.; m'a écrit hier.; contre "
    "son employeur.; pour sa nomination.; pour son aide.; qui travaille à l'accueil.; et son équipe.; (stagiaire).;"
    ", comptable.;, 42 ans,; demande une prime.; pense que oui.; déclare un vol.; habite ici.; dit non.; est garé "
    "en bas.; depuis lundi.; dans la salle.; hier soir.; au téléphone.;\n; ;, svp.; ?; !;»; - service Achats;"
    " | Direction;, merci.; : bonjour à tous; sur le projet.; à midi.; sans prévenir.; doit partir.; peut venir.;"
    " veut savoir.; avait raison.; ont raison.; sont venus.; arrive demain.; reprend le poste.; quitte l'équipe."
).split(";")
ENGLISH_BEGINS = (
    ";Yesterday, ;Congratulations to ;Complaint of ;The file of ;Thanks to ;I met ;I saw ;We talked to ;Call ;"
    "Ask ;Tell ;Please contact ;Meeting with ;Interview of ;According to ;With ;For ;Against ;About ;From ;To ;"
    "And ;But ;Then ;If ;When ;Because ;My boss, ;My neighbour ;Our accountant ;The lawyer ;His wife ;Her husband ;"
    'The client ;Contact: ;Author: ;Owner: ;Agent: ;- ;* ;1. ;> ;( ;" ;To: ;From: ;Cc: ;I am ;This is ;Hi ;Dear ;'
    "Replaced by ;Sent by ;Why is ;Does ;Is ;Has ;Where does ;I would like to add ;Unlike ;By "
).split(";")
ENGLISH_ENDS = (
    ".; signed the contract.; is absent.; was there.; will be away.; did not answer.; wrote to me.;'s manager.;'s "
    "laptop.; for the promotion.; who works here.; and the team.; (trainee).;, accountant.;, 42,; asked for a raise.;"
    ' thinks so.; lives here.; said no.; since Monday.; on the phone.;\n; ;, please.;?;!;";: hello all; has left.;'
    " can come.; wants to know.; to the list.; yet; late; from the list.; at noon.; about it."
).split(";")
NOBODY = (
    "[](VILLE);[](MARQUE);[](SIGLE);[](PAYS);[](RUE);la [](SIGLE);l'équipe [](MARQUE);le projet [](MARQUE);"
    "la ville de [](VILLE);la mairie de [](VILLE);la société [](MARQUE);le groupe [](MARQUE);la loi [](LOI);"
    "l'hôpital [](CELEBRE);le lycée [](CELEBRE);le site de [](VILLE);[](JOUR);le service Achats;la Direction;"
    "le Comité;l'Académie de [](VILLE);le département de l'[](VILLE);la Région;le Ministère du Travail;"
    "Le [](MARQUE);la carte [](MARQUE);le logiciel [](MARQUE);l'application [](MARQUE);le site [](MARQUE)"
).split(";")
