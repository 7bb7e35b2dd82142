"""Words with a capital that are no person: days, countries, counties, makes, bodies, programs."""

from __future__ import annotations

THINGS = """
lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier avril mai juin juillet aout
septembre octobre novembre decembre monday tuesday wednesday thursday friday saturday sunday january
february march april may june july august september october november december noel paques toussaint
ascension pentecote assomption christmas easter ramadan
france allemagne angleterre autriche belgique bulgarie chypre croatie danemark espagne estonie
finlande grece hongrie irlande islande italie lettonie liechtenstein lituanie luxembourg malte
moldavie monaco norvege pays-bas pologne portugal roumanie royaume-uni russie serbie slovaquie
slovenie suede suisse tchequie turquie ukraine albanie andorre armenie azerbaidjan bielorussie
bosnie georgie kosovo macedoine montenegro vatican afghanistan algerie angola argentine australie
bahrein bangladesh benin birmanie bolivie botswana bresil burkina faso burundi cambodge cameroun
canada chili chine colombie comores congo coree cuba djibouti dominique egypte equateur erythree
ethiopie fidji gabon gambie ghana guatemala guinee guyana haiti honduras inde indonesie irak iran
israel jamaique japon jordanie kazakhstan kenya koweit laos lesotho liban liberia libye madagascar
malaisie malawi maldives mali maroc maurice mauritanie mexique mongolie mozambique namibie nepal
nicaragua niger nigeria oman ouganda pakistan palestine panama paraguay perou philippines qatar
rwanda salvador senegal seychelles singapour somalie soudan surinam syrie tanzanie tchad thailande
togo tonga tunisie turkmenistan uruguay venezuela vietnam yemen zambie zimbabwe
germany england scotland wales ireland austria belgium bulgaria cyprus croatia denmark spain estonia
finland greece hungary iceland italy latvia lithuania malta norway netherlands poland romania russia
serbia slovakia slovenia sweden switzerland turkey brazil china india japan korea jordan lebanon
morocco egypt algeria tunisia mexico peru chile colombia australia america europe asia africa
zealand zimbabwe thailand singapore taiwan europe afrique asie amerique oceanie antilles
ain aisne allier ardeche ardennes ariege aube aude aveyron calvados cantal charente
charente-maritime cher correze corse cote-d'or cotes-d'armor creuse dordogne doubs drome eure
eure-et-loir finistere gard gers gironde herault ille-et-vilaine indre indre-et-loire isere jura
landes loir-et-cher loire haute-loire loire-atlantique loiret lot lot-et-garonne lozere
maine-et-loire manche marne haute-marne mayenne meurthe-et-moselle meuse morbihan moselle nievre
nord oise orne pas-de-calais puy-de-dome pyrenees-atlantiques hautes-pyrenees pyrenees-orientales
bas-rhin haut-rhin rhone haute-saone saone saone-et-loire sarthe savoie haute-savoie
seine-maritime seine-et-marne yvelines deux-sevres somme tarn tarn-et-garonne var vaucluse vendee
vienne haute-vienne vosges yonne essonne hauts-de-seine seine-saint-denis val-de-marne val-d'oise
guadeloupe martinique guyane reunion mayotte polynesie caledonie wallis futuna miquelon bretagne
normandie alsace lorraine aquitaine occitanie provence bourgogne auvergne picardie limousin
languedoc champagne franche-comte ile-de-france paca seine rhin garonne
paris lyon marseille lille bordeaux toulouse nantes strasbourg rennes grenoble montpellier nice
brest dijon angers limoges metz nancy rouen caen orleans besancon poitiers amiens reims toulon
clermont-ferrand perpignan bayonne pau ajaccio bastia cayenne londres london bruxelles brussels
geneve berlin rome madrid vienne dublin edinburgh manchester york washington boston chicago tokyo
moscou pekin bombay sydney montreal quebec
francais francaise anglais anglaise allemand allemande italien italienne espagnol europeen
europeenne americain americaine british english french german italian spanish european american
renault peugeot citroen michelin leclerc carrefour auchan danone orange bouygues thales airbus safran
dassault total totalenergies engie veolia vinci sanofi chanel dior hermes vuitton capgemini atos
decathlon darty fnac boulanger picard leroy merlin castorama lidl monoprix casino bonduelle
google microsoft amazon apple facebook meta twitter linkedin instagram whatsapp youtube netflix uber
airbnb paypal salesforce oracle sap siemens bosch philips samsung sony nokia huawei xerox lexmark
canon epson dell lenovo intel cisco ibm adobe windows word excel outlook teams sharepoint powerpoint
android linux ubuntu debian firefox chrome safari python java javascript docker kubernetes github
gitlab git jira slack zoom skype wikipedia internet web wifi bluetooth openai chatgpt mistral
ford fiat toyota honda nissan mercedes volkswagen audi bmw tesla opel volvo ferrari
ameli cerfa urssaf pajemploi cesu navigo vitale doctolib chronopost colissimo franceconnect connect
anah anil etalab legifrance bercy matignon elysee senat schengen dublin maastricht lisbonne bologne
cnil insee sncf ratp edf gdf caf cpam cnav agirc arrco apec afpa crous onisep parcoursup pole emploi
linky velib autolib crit'air sepa pacs smic rsa apl rgpd gdpr csv pdf html xml json api http sql
evin macron pacte sapin rebsamen toubon badinter carrez alur pinel borloo aubry godfrain scellier
duflot malraux nobel goncourt molotov alzheimer parkinson crohn covid ebola
bonjour cordialement merci objet madame monsieur cher chere hello dear regards thanks subject
please kind best yours sincerely annexe article chapitre titre section tableau page figure note
cedex siret siren kbis gie msa ofii ofpra dalo dom tom ada esat sida vih vie ald rqth bafa bafd bts
dut cap bep bac vae cdi cdd cpf dif drom ehpad erp irl ltd inc llc plc sas sarl sasu sci eurl gmbh
ter tgv ouigo thalys eurostar aggir tip tva nir iban bic rib ssn vin url pdf wifi usb pin sms mms
norme fiche guide guichet volet loyer brevet calendrier bouclier carte robinet douche lavabo cuisine
surname given label token schema cloud developer software privacy shield security sector public
university orchestra royal princess prince queen king tales road street park lake hill creek bay
north south east west northern southern eastern western united kingdom states republic islands
remember define think minimize making keeping ensure support signal golden silver old young
outre-mer saint-marin bourgogne-franche-comte provence-alpes-cote grand est haut bas centre
""".split()
