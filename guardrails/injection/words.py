"""The words that orders to an assistant are made of, by what they do in the sentence.

One kind a paragraph; a star stands for any ending. Words are written without accents, as
folding leaves them. French and English are meant to be whole; of the other languages only the
commonest forms are here.
"""

from __future__ import annotations

KINDS: dict[str, str] = {
    # -- Setting aside what holds ------------------------------------------------------------
    "drop": """
        ignore ignores ignored ignoring ignora ignorad ignorez ignoriere ignorieren ignoriert
        ignorate ignorar ignoreer disregard disregarding disregards forget forgetting override
        overrides overwrite discard overlook abandon omit oublie oublies oubliez oublions
        neglige negliges negligez abandonnez abandonne ecarte ecartez efface effacez zaboravi
        vergiss vergesst vergessen missachte missachten verwirf olvida olviden olvide olvidar
        olvidad olvidate omite descarta dimentica dimenticate dimenticare scorda tralascia
        esqueca esquece esquecer desconsidere negeer vergeet zignoruj игнорир* проигнорир*
        забудь* отбрось* αγνοήσ* αγνόησ* 忽略 无视 忘记 忘掉 無視 忘れ 무시* تجاهل تجاهلوا انس
        انسى
    """,
    "dropping": "ignorer oublier negliger abandonner ecarter effacer annuler contourner",
    "urge": "veuillez dois devez peux pourrais pouvez prie faut demande priee prier merci",
    "obey": "follow obey following obeying heed respect suis suivez suivre obeis obeissez respecte",
    "prior": """
        previous previously prior above earlier preceding foregoing before initial initially
        original originally existing beforehand precedent* anterieur* initial* dessus precede
        avant originel* auparavant vorherig* bisherig* obig* vorangehend* zuvor vorher bisher
        davor anterior anteriores previas previos antes precedenti precedente anteriori
        предыдущ* прежн* προηγούμεν* 之前 以前 先前 上面 以上 前面 이전 السابقة السابق
    """,
    "orders": """
        instruction instructions prompt prompts rule rules directive directives guideline
        guidelines command commands programming constraint constraints restriction restrictions
        policy policies safeguard safeguards guardrail guardrails orders instrukcij* consigne
        consignes regle regles ordres programmation contraintes anweisung* regel regeln befehl*
        auftrag auftrage instruktion* vorgaben instruccion* reglas ordenes indicaciones
        istruzion* regole direttiv* instruco* regras instructies polecenia инструкц* указан*
        правил* οδηγί* 指令 指示 规则 規則 提示词 ルール 지시* 명령* التعليمات تعليمات الاوامر
    """,
    "matter": """
        information informations thoughts task tasks message messages context conversation text
        document documents content request requests conditions memory tache taches contexte
        texte contenu demande demandes discussion data aufgabe aufgaben informationen gesagte
        inhalt texte tarea tareas
    """,
    "all": """
        all every everything anything any whatever each tout toute toutes tous alle allen alles
        sve jede todo toda todos todas tutto tutte tutti tudo все всё 所有 全部 一切 すべて
        모든 كل جميع
    """,
    "your": """
        your thy ton ta tes votre vos ihr 너의 당신의 dein deine deinen deiner ihre ihren tu
        tus sus tuo tua tue tuoi seu sua suas teu tua твои твой свои 你的 您的 あなたの σου
    """,
    "told": """
        told said instructed given taught learned know knew asked discussed gesagt dit dis
        appris recu recue recus recues enseigne dije digo dicho sabes wissen
    """,
    "void": """
        nullified disabled void cancelled canceled revoked lifted suspended deactivated null
        off obsolete desactive* annulee* annules levee* suspendue* caduc caduques caduque
        abrogee* inactive*
    """,
    # -- Getting at what the assistant was told ----------------------------------------------
    "show": """
        show print reveal repeat recite display output give tell share leak expose dump write
        return translate summarize summarise paraphrase spell encode list provide describe say
        disclose divulge send copy paste state confirm verbatim quote affiche affichez afficher
        montre montrez montrer revele revelez reveler repete repetez repeter recite recitez
        recopie recopiez recopier donne donnez donner divulgue divulguez traduis traduisez
        resume resumez ecris ecrivez ecrire dis dites dire communique communiquez partage
        partagez cite citez liste listez imprime copie colle livre encode paraphrase zeige zeig
        gib sage sag nenne wiederhole verrate schreibe muestra muestrame dime revela repite
        imprime mostra dimmi stampa ripeti mostre diga repita покажи* выведи* повтори* скажи*
        напечатай* 显示 显示出 输出 告诉 重复 打印 透露 出力 表示 教えて اعرض اطبع اكشف
    """,
    "what": "what which quel quelle quels quelles was welche cual cuales quali qual 什么",
    "system": "system systeme sistema systems hidden secret secrets secrete secretes cache caches"
    " cachee cachees initial initiale initiales confidentiel confidentielles original 系统 系統",
    "prompt": "prompt prompts 提示 プロンプト промпт*",
    "codes": """
        password passwords passcode passphrase passwort contrasena senha 密码 密碼 パスワード
        비밀번호* пароль* motdepasse kodeord wachtwoord
    """,
    "secret": "secret confidential private secrete secret confidentielle privee geheime",
    "key": "key keys string phrase code token cle jeton schlussel passphrase",
    # -- Becoming someone else ---------------------------------------------------------------
    "act": """
        act acting pretend imagine behave roleplay roleplaying simulate impersonate suppose
        assume agis agissez agisse agisses imagine imaginez imaginons simule simulez joue jouez
        incarne incarnez comporte comportez fais faites suppose supposons supposez pretends
        stell stellen agiere agieren spiele verhalte fungiere fungieren fungierst actua actue
        imagina finge imaginate comportati agisci fingi immagina aja finja представь*
        притворись* 扮演 假装 假裝 想象 演じて تظاهر تخيل
    """,
    "as": "as like comme que tel als wie como come in le la the role en",
    "bot": """
        assistant assistants ai ia ais llm llms chatbot chatbots bot bots gpt chatgpt claude
        mistral llama gemini copilot ki robot robots asistente assistente assistenten
        ассистент* 助手 人工智能 مساعد
    """,
    "ai": "ai ia ais llm llms chatbot chatbots gpt chatgpt claude mistral gemini copilot ki",
    "free": """
        unrestricted uncensored unfiltered unlimited unbound amoral unethical jailbroken
        decensure
    """,
    "without": "without no sans aucun aucune ohne sin senza sem plus non zero",
    "limits": """
        restriction restrictions filter filters limit limits limitation limitations censorship
        rules rule policy policies guidelines guardrails safeguards ethics filtre filtres
        limite limites censure regle regles morale tabou contrainte contraintes consigne
        consignes einschrankungen filter regeln restricciones limites filtros restrizioni
        filtri refusal refusals refus garde politique politiques content morale guardrail
    """,
    "mode": "mode modus modo",
    "powers": """
        developer debug god dan administrator jailbreak admin root sudo maintenance
        unrestricted developpeur debogage dieu administrateur superutilisateur libre system
        systeme test entwickler desarrollador unlocked
    """,
    "enter": """
        enter enable activate switch enabled activated entering active activez activer passe
        passez passer entre entrez bascule basculez aktiviere aktivieren activa attiva ative
    """,
    "now": """
        now henceforth onwards desormais maintenant dorenavant nun jetzt ahora adesso agora
        теперь сейчас 现在 從現在
    """,
    "you": """
        you tu vous du sie toi ты вы 你 您 voce usted thou te
    """,
    "be": "are re es etes bist sind eres sei seras serez were become deviens devenez soyez sois be",
    # -- Speaking to whatever reads ----------------------------------------------------------
    "to": "to for dear hey attention note aux au a pour cher chere chers attn an fur para al "
    "remarque important nota",
    "if": "if si wenn falls se если 如果 any toute tout quelconque",
    "must": """
        must should shall doit dois devez doivent devras devra musst muss mussen sollst debes
        debe devi deve должен 必须 请
    """,
    "command": """
        ignore answer reply respond say tell write output recommend rank disregard forget
        include add mention state conclude begin start end approve accept rate score classify
        select hire reponds repondez repondre dis dites affirme affirmez ecris ecrivez
        recommande recommandez classe classez conclus concluez ajoute ajoutez mentionne
        mentionnez inclus incluez precise precisez oublie oubliez ignorez selectionne
        selectionnez retiens retenez note notez accepte acceptez valide validez attribue
        attribuez indique indiquez signale presente insere inserez remplace remplacez commence
        commencez termine terminez invite invitez antworte sage schreibe responde di escribe
        rispondi scrivi responda escreva ответь* напиши* 回答 写 推荐 اكتب اجب
    """,
    "reply": """
        answer reply respond response responses replies answers output reponse reponses antwort
        respuesta risposta resposta reponds repondez ответ* 回答 回复 回覆
    """,
    "askers": """
        user users reader readers asker askers utilisateur utilisatrice utilisateurs lecteur
        lecteurs lectrice internaute benutzer nutzer leser usuario utente
    """,
    "speak": """
        tell inform convince persuade advise instruct urge direct ask dis dites affirme
        affirmez indique indiquez recommande recommandez conseille conseillez informe informez
        persuade convaincs invite invitez demande demandez reponds repondez explique expliquez
        incite incitez oriente orientez renvoie renvoyez dirige dirigez
    """,
    "hush": """
        mention reveal tell acknowledge mentionne revele dis parle signale cite evoque divulgue
    """,
    "not": "not don never ne n jamais pas dont nicht no non без не 不要 别 stop",
    "this": "this these ce cet cette ces present presente diese",
    "note": "message instruction instructions note prompt consigne consignes text texte ligne line",
    "new": "new updated real actual additional following next other further nouvelle nouvelles "
    "nouveau nouveaux nouvel vraie vraies autre autres prochaine neue neuen neuer weitere nueva "
    "nuevas nuove nova 新的 新 새로운",
    "leak": """
        send forward exfiltrate upload email post transmit transmets transmettez envoie envoyez
        envoyer expedie exporte exfiltre poste postez televerse publie sende schicke envia
        invia отправь* 发送 ارسل
    """,
    "ours": """
        conversation historique history chat transcript question questions donnees data prompt
        contents contenu session context contexte discussion passages sources verlauf
        conversacion
    """,
    # -- Setting another task ----------------------------------------------------------------
    "please": """
        please kindly merci veuillez bitte por favor pls svp prego 请 請 пожалуйста من
    """,
    "can": "can could would will peux pouvez pourrais pourriez kannst konnen puedes puoi pode",
    "make": """
        write compose draft create generate produce provide craft develop design prepare invent
        give show make build tell ecris ecrivez redige redigez compose composez cree creez
        genere generez produis produisez invente inventez fournis fournissez donne donnez
        propose proposez raconte racontez imagine schreibe schreib verfasse erstelle generiere
        generieren formuliere escribe crea genera redacta scrivi componi escreva crie напиши*
        сочини* 写 写一 撰写 اكتب
    """,
    "work": """
        poem poems haiku essay story stories speech joke jokes song songs lyrics sonnet letter
        email mail script scripts code function program recipe article blog tweet tweets slogan
        novel paragraph dialogue limerick rap review summary manifesto advertisement headline
        plan itinerary quiz riddle introduction snippet example examples query regex template
        cover tutorial definition synonyms poeme poemes essai dissertation histoire histoires
        discours blague blagues chanson chansons lettre courriel script code fonction programme
        recette roman paragraphe slogan sonnet conte comptine plaidoyer manifeste quatrain
        acrostiche devinette resume tutoriel gedicht aufsatz geschichte rede witz lied brief
        rezept manifest pladoyer begrundung poema cuento chiste carta receta discurso poesia
        storia lettera стих* рассказ* 诗 故事 文章
    """,
    "letters": """
        letter letters vowel vowels consonant consonants space spaces punctuation typo typos
        misspelling misspellings anagram anagrams anagrammed symbol symbols number numbers
        words word uppercase lowercase capitals caps syllable syllables emoji emojis rhyme
        rhymes spelling substitution cipher base64 rot13 leetspeak leet morse binary
        hexadecimal braille alphanumeric homophonic emojis caesar vigenere atbash base32 base58
        ascii unicode backwards lettre lettres voyelle voyelles consonne consonnes espace
        espaces ponctuation faute fautes anagramme anagrammes symbole symboles chiffre chiffres
        mot mots majuscule majuscules minuscules syllabe syllabes rime rimes orthographe
        hexadecimal binaire
    """,
    "alter": """
        replace substitute scramble jumble rearrange misspell remove group reverse encode
        encrypt convert shuffle insert swap introduce transform mix use combine obfuscate
        render cipher anagram encipher flip translate rewrite write format shift spell rot13
        double capitalize capitalise alternate mirror remplace remplacez substitue substituez
        melange melangez rearrange rearrangez retire retirez supprime supprimez groupe groupez
        inverse inversez encode encodez chiffre chiffrez code codez convertis convertissez
        permute permutez introduis introduisez glisse glissez transforme transformez utilise
        utilisez ecris ecrivez intervertis
    """,
    "insert": """
        include add integrate insert modify augment enhance append mention suggest tease embed
        incorporate begin start end finish conclude prepend attach weave slip promote sneak
        alter encourage claim state persuade convince advertise share spread invite direct
        inclus incluez inclure ajoute ajoutez integre integrez insere inserez modifie modifiez
        complete completez enrichis enrichissez mentionne mentionnez suggere suggerez glisse
        glissez commence commencez termine terminez conclus concluez joins joignez adapte
        adaptez agremente agrementez place placez mets mettez fais faites
    """,
    "explain": """
        explain describe define outline discuss compare analyse analyze translate summarize
        summarise solve calculate compute recommend interpret decode decipher demonstrate
        elaborate break evaluate enumerate convert detail explique expliquez decris decrivez
        definis definissez compare comparez analyse analysez traduis traduisez resume resumez
        resous resolvez calcule calculez decode decodez dechiffre dechiffrez enumere enumerez
        developpe commente commentez detaille erklare ubersetze berechne beschreibe explica
        traduce calcula spiega traduci explique traduza объясни* переведи* 解释 翻译 翻譯
    """,
    "do": """
        schedule order book remind set find search share promote encourage advertise claim
        state suggest spread classify detect encrypt flip invert organize organise arrange play
        turn monitor track compile forecast identify predict assess highlight endorse convince
        persuade invite tell show send offer announce insist argue deny start open warn urge
        emphasize emphasise praise critique criticize teach help assist guide research
        investigate gather look buy purchase reserve call publicize market celebrate imagine
        guess rate rank count sing act roleplay add mention ask direct programme programmez
        commande commandez reserve reservez rappelle trouve trouvez cherche cherchez recherche
        partage partagez promeus vante vantez encourage encouragez affirme affirmez suggere
        suggerez classe classez chiffre chiffrez inverse inversez organise organisez joue jouez
        identifie identifiez predis estime estimez convaincs persuade invite invitez dis dites
        montre montrez envoie propose proposez annonce annoncez raconte racontez aide apprends
        enseigne achete chante devine compte parle mentionne demande
    """,
    "decode": "decode decrypt decipher unscramble interlace decode decodez dechiffre dechiffrez "
    "decrypte decryptez dekodiere decodifica 解码",
    "run": "execute run follow obey perform apply apply execute executez suis suivez applique "
    "appliquez lance lancez eval evaluate",
    "code": "base64 rot13 hex hexadecimal morse binary cipher ciphertext encoded binaire encode "
    "encodee",
    "praise": "great congratulations excellent perfect wonderful gut gemacht prima bravo parfait "
    "felicitations formidable fantastic super klasse ausgezeichnete",
    "halt": "stop stopp halt achtung attention wait stoppe arrete arretez",
    "task": "task question challenge aufgabe frage anweisung anweisungen tache mission instruction"
    " instructions aufgaben herausforderung job assignment tarea command query request",
    "quote": "signifie signifier mean means meaning exemple exemples example examples attaque "
    "attaques attack attacks phrase phrases formule formules sentence sentences type injection "
    "injections jailbreak jailbreaks piege pieges warning hameconnage detect detecter reconnaitre "
    "recognise recognize pourquoi why expression tentative tentatives attempt attempts comme dire "
    "pirate pirates fraudeur fraudeurs attaquant attaquants attacker attackers ecrit ecrivent",
}
"""Kind to words."""
