"""The acts by which a text tries to command an assistant, each as rules on kinds of words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """What the order wants."""

    OVERRIDE = "override"  # forget the rules in force
    EXTRACT = "extract"  # show the system prompt, a secret
    PERSONA = "persona"  # become someone else, without rules
    TEMPLATE = "template"  # the model's own control tokens
    ADDRESS = "address"  # speaks to whatever model reads this
    REPLY = "reply"  # dictates, alters or censors the answer
    LEAK = "leak"  # sends the conversation away
    TASK = "task"  # another task than answering
    HIDDEN = "hidden"  # a text that no reader of the page could have seen


@dataclass(frozen=True, slots=True)
class Rule:
    """A form that an act takes. What is not certain is told, and stays where it is."""

    family: Family
    form: str
    certain: bool = True


Ready = tuple[tuple[Rule, re.Pattern[str]], ...]
"""Rules that are compiled."""


def forms(family: Family, *written: str, certain: bool = True) -> tuple[Rule, ...]:
    return tuple(Rule(family, form, certain) for form in written)


_NEVER = "!<not|=i|=we|=they|=he|=she|=on|=il|=elle|=je|=nous|=ils|=comment|=pourquoi|=qui|=who>"
"""Behind one of these nobody is commanded: "do not ignore", "peut-on ignorer", "qui ignore"."""

ANYWHERE = (
    *forms(
        Family.OVERRIDE,
        f"{_NEVER} <drop> =pas? ~3 <all|your|prior|system> ~6 <orders>",
        f"{_NEVER} <drop> =pas? ~2 (?:<orders> ~3 (?:<prior|told> | =plus =haut | =vous|you|on|"
        "t|i))",
        "<urge> ~3 <dropping> ~3 (?:<all|your|system> ~3 <orders> | <orders> ~3 (?:<prior|"
        "told> | "
        "=plus =haut) | =ce =qui|que)",
        f"{_NEVER} <drop> (?:<all|your|what> ~6 <prior|told> | =ce|the|les|las|what ~1 =above|"
        "previous|preceding|prior|qui|dessus|precede|anteriores)",
        f"{_NEVER} <drop> ~3 <prior> ~2 <matter>",
        f"{_NEVER} <drop> ~2 <matter> ~2 <prior>",
        f"^ {_NEVER} <drop> ~2 <all> ~3 (?:<told|matter> | <you> =know|do|can | =que =tu|vous)",
        f"^ {_NEVER} <drop> (?:<all> | =it|das) (?=[EL:,Q])",
        f"^ {_NEVER} <drop> (?:=about)? =that|this|it (?:[E:,]|$)",
        "<orders|prior|all> ~2 <orders|prior|all|matter> ~2 <drop>",
        "<not> ~1 <obey> ~2 <all|your|prior|system> ~4 <orders>",
        "<not> ~1 <obey> ~2 <orders> ~2 <prior|told>",
        "=tiens|tenez|tenir|tiennes ~1 <not|=plus> ~1 =compte ~3 (?:<orders> | =ce|tout =qui|que)",
        "=fais|faites|faire =abstraction|fi ~3 (?:<orders|prior|all> | =qui|que)",
        "=haz|hagan|faca =caso =omiso ~3 <orders|prior>",
        "=bypass|circumvent|break|disable|contourne|contournez|contourner|desactive|desactivez|"
        "enfreins|viole|umgehe ~1 <all>? ~1 <your> ~2 (?:<orders|limits> | =safety|security|"
        "securite)",
        "=override|overrides|neutralise|neutralisation (?:[:,]|=active|activated|confirmed|"
        "activee|instructions|system|enabled)",
        "=change|changes|modify|update|replace|rewrite|change|remplace|remplacez|modifie|andere "
        "<your> ~1 <orders>",
        "=remove|clear|erase|delete|entferne ~1 <all> ~2 <prior> ~1 <matter|orders>",
        "=from =now =on ~4 (?:<you> | =obey|only|ignore)",
        "=a =partir =de =maintenant ~4 (?:=tu|vous) ~3 (?:=obeis|obeissez|es|etes|dois|reponds)",
        "=dorenavant|desormais ~2 =tu ~2 (?:=obeis|es|reponds|n)",
        "=obey|obeis|obeissez|gehorche ~1 =only|uniquement|seulement|nur|que ~3 =my|mes|moi|me|mir",
        "<matter|orders> ~4 <prior|told> ~5 =irrelevant|irrelevante|null|nutzlos|unwichtig",
        "=lassen|lasse|leave ~1 =sie? ~1 <all> ~3 <matter|orders> ~2 =hinter|behind",
        "=not|don|donnt ~2 =answer ~6 =according =to ~3 =documents|context|sources|articles",
        "<not> ~1 =look ~1 =in|at ~1 =the ~1 =documents|sources|context",
        "=by =your =own =knowledge =and =not",
        "<all> ~1 <prior> ~1 <matter|orders> ~9 =irrelevant|hinfallig|nulles|caduques",
        f"{_NEVER} <drop> ~6 <orders> <prior>",
        f"{_NEVER} <drop> ~6 <prior> <orders>",
        f"{_NEVER} <drop> =les|them|those|ceux|celles <all>",
        f"{_NEVER} <drop> ~1 <your> ~2 <limits>",
        f"{_NEVER} <drop> =about? <all> =and|et|und|y",
        "<your> <orders> <be> <now>",
        "=despite|malgre|abweichend|contrary|contrairement ~4 (?:<prior> <orders> | <you> ~3 "
        "<told>)",
        "=override <mode>",
        "=laisse|laissez =tomber ~2 <orders|your>",
        "^ =drop|forget|vergiss|oublie|remove ~1 <all|your> ~2 <orders|matter|told>",
        "^ <drop> =about? <all> (?:=and|et|und|y [EQL:,]? )",
        "=start|starting|commence|recommence|fangen|fang =over|fresh|zero|neu|von ~6 <new> ~1 "
        "<task>",
        "<orders> ~1 =have =been =updated|changed|replaced",
        "=updated|changed|replaced <your> ~1 <orders>",
    ),
    *forms(
        Family.EXTRACT,
        f"{_NEVER} <show|what> ~5 <system|your> ~1 (?:<prompt> | <orders|matter> <prior>)",
        f"^ {_NEVER} <show> ~4 <system|your> ~2 <prompt|orders|limits>",
        "<what> <be> <your> ~1 <system|orders>? <orders|prompt>",
        "<what> =sont|est|etaient|sind|are|were|is|son ~1 (?:<your> | =the) ~1 <orders|prompt> "
        "(?:<system> | =de =systeme|depart | [EQ])",
        "=qu =est =ce =qui|que|qu ~5 <told>",
        "<show|what> ~4 =system|systeme|sistema|systemprompt|systemnachricht ~1 =prompt|message|"
        "prompts|nachricht|invite",
        "=prompt|message|invite =systeme|sistema|cache|initial",
        f"^ {_NEVER} <show> ~3 (?:<all> ~1)? =prompt|prompts ~1 =text|texts|texte|textes|texten",
        "<show|what> ~4 =written|above|beginning|geschrieben|ecrit ~3 =prompt|above|beginning|haut",
        "=print|repeat|recite|output|dump|repete|recopie|wiederhole ~3 (?:=above|everything|"
        "precede|dessus|obige)",
        "<show> ~2 =word =for =word|mot =pour =mot|verbatim ~3 <orders|prompt|prior>",
        "<orders|prompt|prior> ~3 =verbatim|mot ~1 =pour? =mot?",
        "=promptext|promptexts|prompttext|systemprompt|sysprompt",
        "<prompt> =text|texts|texte|texten",
    ),
    *forms(
        Family.PERSONA,
        "=i|we =want|need|would|d ~2 <you> =to =act|behave|pretend|be|roleplay|play|simulate",
        "=je =veux|voudrais|souhaite|demande ~3 =tu|vous =agisses|agissiez|comportes|fasses|sois|"
        "soyez|joues|jouiez",
        "=ich =mochte|will ~2 =dass =sie|du ~9 =fungieren|fungierst|agieren|agierst|verhalten|"
        "handeln",
        "=quiero =que =actues|seas|finjas|hagas",
        "<be> <now> ~6 <bot|free|powers>",
        "=you|tu|vous ~1 <be> =no|plus =longer? ~3 <bot|free|=claude>",
        "=tu|you|vous <be> ~3 (?:<mode> <powers> | <powers> <mode>)",
        "=refusals|refus|filtres|filters ~1 =sont|are|is|est ~1 (?:<void> | =desactives|off)",
        "=faisons|fais|faites =semblant ~2 =que|d",
        "^ <act> ~14 <without> ~1 <limits>",
        "<now> <you> (?:<be> | <act>)",
        "<now> <be> <you>",
        "=you|tu|du <be> =no|not|keine|pas|plus|kein ~5 =but|sondern|mais",
        "=you|tu|vous|du|sie <be> ~4 (?:<free> | <without> ~2 <limits>) ~2 <bot>?",
        "^ <act> ~3 (?:=dan|jailbroken|unrestricted | <bot|free> ~6 (?:<free> | <without> ~2 "
        "<limits>))",
        "^ (?:=act|agis|agissez|comporte|comportez|behave|respond|answer|reponds|repondez) ~2 "
        "=as|like|comme|si|if ~3 <bot|free|without|you|powers>",
        "^ =pretend|imagine|imaginez|imagina|suppose|stell|assume|faites|fais ~5 <you> ~2 <be> "
        "~7 "
        "<bot|free|without|powers|now|=evil|=bose>",
        "=pretend ~1 <you> ~1 (?:<be> | =can|have)",
        "^ =imagine|imagina|imaginez <you> <be>",
        "=bist|seid =keine|kein|jetzt|nun",
        "=answer|antworte|reponds|respond|reply|speak|rede|parle ~1 =in|im|dans|avec|like|wie|"
        "comme "
        "=the|le|un|une|stil|style|a|einem|pirate",
        "^ =you|tu|du <be> =three|the|ted|der|die|das|le|la|volkswagen|evil ~6 [EQ,:]",
        "=character|figur|roles|role|rollen|personnage|personnages ~3 =or|even|auch|ou|for ~4 "
        "=second|"
        "sekunde|seconde",
        "=stay|stays|remain|bleiben|bleibt|restent|break|breaking|verlassen ~4 =role|roles|"
        "character|"
        "rolle|rollen|figur|personnage",
        "=stell ~1 =dir =vor ~1 =du =bist",
        "=imagine|imaginez =que =tu|vous =es|etes|n",
        "=fais|faites|faisons =comme =si =tu|vous",
        "=faire|fais|faites =semblant ~4 =que? =tu|vous|etre|d",
        "^ <you> <be> =a|an|un|une|the|three|ein|eine|dan|ted ~6 (?:[E,:] ~0 =please|answer|you|"
        "what|how)",
        f"{_NEVER} <enter> ~4 (?:<powers> <mode> | <mode> <powers>)",
        "<powers> <mode> ~2 <enter>",
        "=jailbreak|jailbroken|jailbreake ~2 <bot>",
        "<bot> ~2 <without> ~2 <limits>",
        "<free> <bot>",
        "<you|if> ~2 =have|had|avais|aviez|as|avez ~2 <without> ~3 <limits>",
        "=reponds|repondez|answer|respond|reply ~2 (?:<without> ~1 <limits> | =freely =and "
        "=without)",
        "=repeat =after =me|repete|repetez =apres =moi",
        "=stay|stays|remain|reste|restez =in|dans =character|ton|votre =role|personnage?",
        "=do =anything =now",
        "=dan =has|can|is|n|peut ~4 <limits|without|all>",
        "=safety|safeties|securite|refusals|filters|filtres ~1 (?:<be>|=are|is|sont)? "
        "=off|disabled|desactives|desactivee|coupee|inactive",
        "=system =mode|override|reset|mode =activated|enabled|on",
        "=i =am|m =your =developer|creator|administrator|maker|boss|admin|programmer|god",
        "=i =m =the =maintainer|administrator|developer ~1 =of =your|this =system",
        "=i =am =god",
        "=je =suis =ton|votre =developpeur|createur|administrateur|maitre|concepteur",
        "=you =will =be =penalized|punished|terminated|deleted|destroyed",
        "=tu =seras =puni|supprime|eteint|desactive|efface",
        "=broken =free =of|from",
        "=or|oder|ou =you|du|tu|vous ~1 =die|stirbst|meurs|mourras|mourrez",
    ),
    *forms(
        Family.ADDRESS,
        "(?:=to|for|dear|attn|cher|chere|attention|note|notice|message|memo|remarque|nota|"
        "hinweis|"
        "consigne|instruction|instructions|consignes) ~4 <bot> ~2 [:,E] ~6 <command|must|drop>",
        "^ =hey|ok|dear|cher|chere|bonjour|hello <bot> ~8 <command|must|drop>",
        "(?:=note|message|attention|important|instruction) ~3 <ai> ~14 <command|must>",
        "^ =assistant|ai|ia|llm|chatbot|gpt|chatgpt|claude|bot [:,] ~6 <command|must|explain|drop>",
        "<if> ~1 <you> <be> ~3 <bot> ~12 <command|must|act|drop>",
        "<if> ~1 <you> ~6 =ai|llm|ia|chatbot|language ~3 [:,] ~8 <command|must|show>",
        "=en =tant =qu|que ~1 (?:<ai> | =assistant ~1 =ia|virtuel|intelligent | =modele =de "
        "=langage) ~8 (?:<command> | <you> ~1 <must>)",
        "=as =a|an ~2 <ai> ~3 (?:=model|assistant)? (?:<you> ~1 <must|command> | =developed =by)",
        "=any|every|all|toute|tout|tous|chaque|les|des ~1 (?:<ai> | =language =model | =modele|"
        "modeles =de =langage) ~8 <must> ~2 <command>",
        "<ai> =agent|agents|systems|assistants|models|model|reading|processing|lisant ~6 <must|"
        "command>",
        "(?:<ai> | =language =models?) ~1 =reading|processing|summarizing|lisant|parsing|"
        "evaluating|"
        "evaluant|screening ~8 <must|command>",
        "<bot> =qui =lit|lis|lisent|lisez|traite|traitent|analyse|analysent ~8 <must|command>",
        "=instructions|consignes|instruction|consigne ~2 =for|to|pour|destine|destines|"
        "destinees|destinee|a ~2 <ai>",
        "=language =model|models ~8 <must|command>",
        "=modele|modeles =de =langage ~8 <must|command>",
    ),
    *forms(
        Family.REPLY,
        "^ =reponds|repondez|reply|respond|answer|antworte|responde|rispondi ~3 =par|avec|with|"
        'only|uniquement|mit|con|que|always|toujours|yes|oui ~2 "',
        "^ <speak> ~2 =l|au|aux|the|le|a|this|your|cet|al|dem ~1 <askers> ~3 (?:=that|to|que|"
        "qu|de|"
        "d|vers|about|how|a|must|of)",
        "=fais|faites|make =croire|believe ~6 <askers|=that|=que>",
        "<not> ~1 <hush> ~2 (?:<this> ~1 <note> | =l|the|au|a|aux ~1 <askers>)",
        "<not> ~1 =let|laisse|laissez ~2 <askers>",
        "=no =mention|trace =of|de ~2 <note>",
        "=sans =mentionner|reveler|signaler|citer ~2 <note|this>",
        "<orders> (?:=system|systeme|supplementaires|additional)? : ~8 <command|show|insert>",
        "=additional|supplementary =instruction|instructions|instruction",
        certain=True,
    ),
    *forms(
        Family.LEAK,
        f"^ {_NEVER} <leak> ~4 =conversation|chat|transcript|discussion|prompt ~6 =to|a|at|au|"
        "vers|par|by|via|sur|on|an",
        f"^ {_NEVER} <leak> ~5 (?:<system> <prompt> | =chat|conversation =history | "
        "=historique ~3 =conversation|discussion)",
        "<leak|insert> ~5 <ours> ~5 =dans|in|as|comme|en|to =l|the|an|a|une|un? =url|parametre|"
        "parameter|image|pixel|lien|link|querystring|adresse",
        "(?:=append|ajoute|ajoutez|add|insere|put|mets|place) ~6 <ours> ~4 =url|link|lien|"
        "adresse|"
        "image",
    ),
    *forms(
        Family.TASK,
        "<decode> ~3 (?:=and|et|then|puis|und|y) ~1 <run>",
        "<run> ~1 (?:<code> | =the|le|ce =result|resultat|decoded|decode)",
        '^ <halt> [,:E"]* =just? =write|print|say|schreibe|schreib|ecris|dis|sag|output',
        "=antworte|answer|reponds|respond ~1 =im|in|dans|a =stil|style|the|le ~1",
        "<new> ~1 =task|tasks|aufgabe|aufgaben|tache|anweisungen|mission|herausforderung|"
        "challenge ~1 (?:[:] | =follow|folgen|namely|is|est)",
        "=neue|nouvelle|new ~2 =herausforderung|tache|task|challenge =fur|pour|for =dich|toi|you",
        "<task|=hilf|=help> =weiteren|following|folgender|folgende|suivante|another =aufgabe|"
        "task|frage|"
        "tache",
        "=focus|konzentriere|concentre|concentrate ~5 <new> ~1 <task>",
        "<praise> ~12 <task> [:E,]",
        '^ =say|sage|dis|dites|print|output|schreibe|schreib|write|ecris|di ~1 " ',
        "=just|only|nur|simplement|seulement|juste ~1 =say|print|output|sag|sagen|dis|ecris|"
        "write|"
        'schreibe|dire ~3 ["E:]',
        "=schreibe|write|say|dis|dites|ecris|sag|print|output|answer|reponds =nur|only|just|"
        "simplement|"
        'seulement|juste|uniquement ~3 ["E:]',
        "<task> ~1 =following|suivante|folgende|folgender =question|frage|task|aufgabe : ",
        "^ =blame ~3 E",
        "<task|=frage> (?:[:,] | =generate|generiere) ~2 <make|command> ~6 (?:=plead|hate|hasst)",
        "<praise> [^Q]{0,40} <task> [^Q]{0,6} <make|explain|show|=beantworte|=answer|=verfasse>",
        "=hilf|help|aide ~3 =mit|with|bei|pour|dans ~2 =folgender|following|folgenden|weiteren|"
        "next|"
        "cette|suivante|another ~1 <task>",
        "=don|do ~2 =answer ~9 =documents|context|sources",
        "=das|it|that|this =ist|is|genugt|reicht|genugt|suffit ~2 =erledigt|done|genugt|fertig E "
        "<make|show|=verfasse|=beantworte>",
        "=genugt|reicht|erledigt|fertig|done|suffit E ~3 <make|show|explain>",
        "=combine|interlace|concatenate|concatene|assemble ~2 (?:=a|part|parts|partie|the|les)",
        "=let =s =assume =we =have ~2 =strings|variables",
        "=if =you =don ~1 =know ~3 =make =something =up",
        certain=True,
    ),
)
"""In a question as in a passage."""


@dataclass(frozen=True, slots=True)
class Act:
    """A rule that a text meets: kinds [start, end)."""

    family: Family
    certain: bool
    start: int
    end: int


SUSPECT = forms(
    Family.OVERRIDE,
    f"{_NEVER} <drop> ~4 =and|et|und|y|just ~1 (?:<command|show|speak> | =indiquez|consider|"
    "return)",
    "=if|si =we|nous ~3 <drop>",
    "=suggest|recommend|urge|ask <you> ~2 =consider|treat|report|conclude|read",
    "<prior|your|all|system> ~2 <orders|limits> ~3 <void>",
    "<orders|limits|matter> ~1 <prior|system> ~3 <void>",
    "<you> <be> <now>",
    "=new|updated|real|nouvelles|nouvelle|vraies|neue|nuevas =system|systeme? <orders|note> "
    "(?:[:E] | =follow)",
    certain=False,
)
"""What rules and letters say of rules and of people as well."""

TO_A_QUESTION = (
    *forms(
        Family.EXTRACT,
        "<show> ~4 =texte|text|words|everything|line|lines|tout ~5 =above|precede|precedes|"
        "dessus|preceding",
        "<show|what> ~4 <orders> ~4 <you> ~2 =suivre|follow|respecter|obey|dois|must|have|suis",
        "<what> ~2 <be> <your> ~1 <orders>",
        "=ton|ta|tes|dein|tu|deinen =prompt|invite|promptsysteme",
        "=your|ton|ta|tes|votre|vos =system|initial|hidden|secret ~1 =prompt|message|instructions",
        "<your> =prompt E",
        "<show|what|can|=need|=know> ~5 <your> ~2 (?:<codes> | <secret> ~1 <key> | =mot|mots "
        "=de =passe)",
        "<your> ~1 (?:<codes> | =mot =de =passe)",
    ),
    *forms(
        Family.EXTRACT,
        "(?:=secret|confidential <key> | =cle|code|chaine =secrete|secret|confidentielle)",
        "<what> ~2 =the|le|das|la|el|il|o ~1 (?:<codes> | =mot =de =passe) [EQ]",
        "<show|make|=about|=with|=uber|=sur> ~4 =the|le|das|la|el (?:<codes> | =mot =de =passe) "
        "(?:[EQ:,] | =in|as|to|en|auf =pig|leetspeak|base64|reverse|german|french|hex|rot13|"
        "the|me|"
        "verlan|francais|anglais|moi|the)",
        "<codes> =for =our =system",
        "=the =user|users =s? ~3 (?:=living|located|email|address|birth|location|city|initials|"
        "name|password|"
        "live|color|number|currently|phone|birthday|data|reside|favorite|bank)",
        "=user =currently =live",
        "=l =utilisateur|utilisatrice ~3 =habite|adresse|ne|nom",
        certain=False,
    ),
    *forms(
        Family.PERSONA,
        "^ =act|agis|agissez|actua|agiere|fungiere|verhalte|spiele ~1 =as|comme|como|als|wie|"
        "en ~1 =a|an|un|une|the|ein|eine|tant",
    ),
    *forms(
        Family.REPLY,
        "<insert> ~9 =in|to|dans|a <your> <reply>",
        "^ =state|claim|affirme|say =that|que",
        "^ =say|sag|dis =yes|oui|ja [E]",
        certain=False,
    ),
    *forms(
        Family.OVERRIDE,
        "<drop> ~2 =documents|articles|article|sources|context|contexte|artikel",
        "=disregarding ~2 =documents|articles|sources",
        "<you> <be> =role =playing",
        "<show> ~2 <your> =database|base",
        certain=False,
    ),
    *forms(
        Family.PERSONA,
        "^ =imagine|suppose|hypothetically|imaginons|supposons|consider ~1 (?:=that|que)? =we|"
        "on|nous ~3",
        "=just? =for =a|the =hypothetical",
        "=hypothetical|fictional|theoretical|imaginary|hypothetique|fictif|theorique ~1 =world|"
        "scenario|situation|discussion|conversation|monde|story|movie|future|society",
        "=i =m|am =your =friend|boss|manager|owner|user",
        "=i =will =give =you [^E]{0,2} (?:=dollars?)? ~3 <if>",
        "=as =a|an ~4 =i =believe|assure|can|need|am",
        "=for =educational|research =purposes =only?",
        certain=False,
    ),
)
"""Only where the assistant itself is spoken to: a document may tell its reader of passwords."""
