"""Lines of a web page that are about the page and not of the article, as data: one constant for each kind of furniture.

Phrases are spelled in lower case with straight apostrophes. A line counts as furniture when it begins with one of them;
what they are allowed to claim differs, and is said at `is_boilerplate`.
"""

from __future__ import annotations

import re
from itertools import groupby

_FORMS = (
    "want more essays", "want more stories", "want more like", "join 1", "join 2", "join 3", "join 4", "join 5",
    "join over", "join thousands", "create your free", "get browser notifications", "get breaking news",
    "get the newsletter", "get weekly", "get daily", "we urge you to turn off", "you can unsubscribe", "subscribe",
    "sign up", "sign in", "log in", "register now", "register for", "register to", "create an account",
    "create a free account", "join our", "join the conversation", "join the discussion", "become a member",
    "already a member", "already a subscriber", "already have an account", "not a member", "not a subscriber",
    "get the latest", "get our", "get unlimited", "get more stories", "get notified", "get an email", "get email",
    "get local news", "get the biggest", "get a free", "get 10%", "receive our", "receive the latest",
    "receive updates", "receive news", "enter your", "your email", "your password", "your name", "your account",
    "unlock this", "unlock the full", "start your free", "start a free", "to continue reading", "to read the full",
    "to read this article", "to get the latest", "thank you for", "thanks for reading", "thanks for sign",
    "thanks for subscrib", "thanks for your interest", "thank you!", "an error has occurred", "an error occurred",
    "please try again", "something went wrong", "success!", "you're on the list", "you have successfully",
    "you are now subscribed", "you must be logged in", "you must log in", "(you must log in", "you need to be logged",
    "check your inbox", "please enter", "please check your", "please verify", "please confirm", "please log in",
    "please sign in", "please register", "please subscribe", "this field is", "we'll never share", "unsubscribe",
    "no spam", "invalid email", "forgot your password", "forgot password", "lost your password", "remember me",
    "we have more newsletters", "we use your sign-up", "i agree to", "i understand and agree", "yes, i would like",
    "yes! i would like", "by entering your", "by providing your", "by registering", "by creating an account",
    "by signing up", "by subscribing", "by submitting", "by joining", "manage your", "update your browser",
    "update your preferences", "be the first to know", "never miss a", "stay up to date", "stay up-to-date",
    "stay informed", "delivered to your inbox", "want more stories like this", "want more like this",
    "want to read more", "want to receive", "want to stay", "like what you", "enjoying this", "enjoy this",
    "enjoyed this", "did you enjoy", "did you like", "if you enjoyed this", "if you liked this", "if you like this",
    "if you found this", "upgrade to", "this post is for", "this is a premium", "you've reached your",
    "you have reached your", "you have read", "you've read", "you have 1", "you have 2", "you have 3",
    "support the guardian", "forward this",
)  # fmt: skip
"""Log-ins, subscriptions, pay walls and what their forms answer."""

_SHARING = (
    "share this", "share on", "share your thoughts", "share via", "share it", "share with", "click to share",
    "click to email", "click to print", "follow us", "follow me", "follow @", "follow our", "like us on", "find us on",
    "find me on", "like this story", "like this:", "tweet this", "pin it", "copy link", "email this", "send this",
    "print this", "save this", "bookmark this", "this article has been sent", "connect with us", "join us on", "tag @",
    "tag us", "let us know in the comments", "let me know in the comments", "tell us what you think",
    "tell us in the comments", "what do you think", "sound off in", "these are external links", "did you make this",
    "rate this", "rate:", "vote for",
)  # fmt: skip
"""Share rows, follow lines, calls for an opinion."""

_TEASERS = (
    "click here", "click to read", "click on the", "tap here", "read more", "read next", "read also", "read the full",
    "read the original", "read the rest", "read our", "read:", "read this:", "also read", "must read",
    "continue reading", "keep reading", "related:", "related story", "related stories", "related article",
    "related post", "related topic", "related content", "related video", "related coverage", "recommended for",
    "recommended:", "recommended reading", "you may also", "you might also", "you may like", "you might like",
    "don't miss", "see also", "more from", "more on this", "more stories", "more about this", "more news", "more:",
    "most read", "most popular", "popular now", "trending now", "also on ", "also in ", "also see", "also from",
    "up next", "next up", "next article", "next post", "previous article", "previous post", "watch the video",
    "watch more", "watch now", "watch:", "watch this", "listen to this article", "listen to the", "listen now",
    "listen:", "view all", "view more", "view gallery", "view comments", "view the full", "load more", "show more",
    "see more", "see all", "see here for", "discover more", "learn more about our", "learn more at", "find out more",
    "what to read next", "explore more", "editors' picks", "editor's picks", "editor's pick", "in case you missed",
    "story continues", "article continues", "this article continues", "for more on", "for more, ", "for more about",
    "for more details", "[more", "customers also", "top stories", "here are the latest", "catch up on",
    "check out our", "check out the", "check out more", "visit our", "visit the website", "download our",
    "download the app", "download pdf", "download this", "get the app", "buy the book", "buy tickets", "order your",
    "tickets are available",
)  # fmt: skip
"""Pointers to other pages."""

_SHOPS = (
    "advertisement", "advertising", "sponsored content", "sponsored by", "sponsored:", "promoted content",
    "paid content", "this is a paid", "this post is sponsored", "this post contains affiliate",
    "this post may contain", "this page contains affiliate", "this article contains affiliate", "this site contains",
    "this article contains links", "some of the links", "as an amazon associate", "as an affiliate",
    "we independently", "we may earn", "we may receive", "we earn a commission", "we receive a commission",
    "when you buy through", "when you purchase through", "if you buy through", "if you purchase", "our journalism is",
    "affiliate", "add to cart", "add to basket", "add to wishlist", "free shipping", "free delivery", "ships within",
    "out of stock", "in stock", "your cart", "buy now", "buying options", "shop now", "order now", "use code",
    "sale ends", "order reprints", "to order", "prices are correct", "*at the time of publishing",
    "at the time of publishing", "offer valid", "all prices", "all quotes delayed", "quotes delayed",
    "data provided by", "this content is", "this is sponsored", "gift this",
)  # fmt: skip
"""Advertising, shops, and what they disclose."""

_RIGHTS = (
    "copyright", "© ", "©1", "©2", "(c) 1", "(c) 2", "all content ©", "this copy is for your", "this material may not",
    "reproduction in whole", "reproduction without", "no part of this", "republish", "this article is republished",
    "this article is licensed", "this work is licensed", "licensed under", "permission is granted", "unauthorized",
    "distribution and use", "not for reproduction", "reprinted with", "reprinted from", "used with permission",
    "the views expressed", "views expressed", "the opinions expressed", "opinions expressed", "any opinions",
    "the content on this", "the information on this", "the information provided", "the information contained",
    "nothing in this article", "this is not financial advice", "this is not investment advice",
    "this article does not constitute", "this article is for", "past performance", "forward-looking statement",
    "this release contains", "this press release contains", "our standards:", "all trademarks", "registered office",
    "registered in england", "registered charity", "the newsroom is not", "disclosure:", "disclosures:", "disclaimer",
    "full disclosure:",
)  # fmt: skip
"""Rights, licences, disclaimers."""

_CREDITS = (
    "this is an archived", "first appeared in", "previously published", "cross-posted", "crossposted", "write to",
    "contact us", "contact the author", "contact the writer", "contact the reporter", "contact reporter", "contact:",
    "email us", "e-mail us", "email the author", "email him", "email her", "reach him", "reach her",
    "reach the author", "reach reporter", "send us", "send tips", "send your", "send an email", "have a tip",
    "got a tip", "got a story", "do you have a story", "do you have information", "reach out to us", "to contact",
    "about the author", "about the writer", "about us", "translated by", "translated from", "translation by",
    "translation:", "reporting by", "editing by", "additional reporting", "with additional reporting",
    "with reporting", "with files from", "with contributions", "photograph by", "photo by", "photo:", "photos:",
    "photos by", "photo courtesy", "photograph:", "image:", "image by", "image credit", "image copyright",
    "image caption", "image courtesy", "image source", "media caption", "images:", "picture:", "pictures:",
    "illustration by", "illustration:", "illustrations by", "graphic:", "graphic by", "video:", "video by", "source:",
    "sources:", "credit:", "credits:", "cover image", "header image", "featured image", "file photo", "pictured:",
    "written by", "edited by", "compiled by", "produced by", "story by", "text by", "words by", "this story was",
    "this article was", "this post was", "this essay was", "this piece was", "this interview was",
    "this interview has", "this interview is", "this report was", "this transcript", "this text was",
    "this story has been", "this article has been", "this post has been", "this piece has been", "this essay has been",
    "this story appear", "this article appear", "this post appear", "this piece appear", "this essay appear",
    "this story first", "this article first", "this post first", "this story original", "this article original",
    "this post original", "this essay original", "this piece original", "this is an excerpt", "this is an edited",
    "this is an updated", "this is a guest post", "excerpted from", "adapted from", "originally published",
    "originally posted", "originally appeared", "first published", "a version of this", "an earlier version",
    "editor's note", "author's note:", "correction:", "correction (", "corrections:", "clarification:", "update:",
    "updated:", "published:", "for press", "media contact", "press contact", "for media inquiries",
    "for further information", "for more information", "for additional information", "for reprint", "for permission",
    "if you have any questions", "if you have questions", "questions? ", "news provided by", "interview:",
    "transcript:", "sign up to receive",
)  # fmt: skip
"""Who wrote, translated, photographed and answers for it, and where it came out before."""

_NOTICES = (
    "don't have an account", "make your inbox", "we want to hear", "submit a letter", "if this was useful",
    "if this helped", "previously:", "cookies on this", "cookie policy", "cookie settings", "cookie preferences",
    "this site uses", "this website uses", "our website uses", "our site uses", "this site requires",
    "this website requires", "we use cookies", "we use technologies", "we and our partners", "we value your privacy",
    "we've updated our", "we have updated our", "we've made some", "we've detected", "we have detected",
    "we noticed you", "we recommend using", "by clicking", "by continuing", "by using this", "by using our",
    "by browsing", "by accepting", "if you continue to use", "privacy policy", "privacy notice", "privacy settings",
    "terms of use", "terms of service", "terms and conditions", "terms apply", "your privacy", "your choices",
    "manage consent", "accept all", "please update", "please upgrade", "please enable", "please disable",
    "please note:", "enable javascript", "javascript is", "javascript must", "to view this", "to use this", "to enjoy",
    "your browser", "you are using an", "you're using an", "this page requires", "this page is", "this page was",
    "powered by", "was this helpful", "was this article", "was this page", "did you find this", "report this",
    "report an error", "report a problem", "found a mistake", "found an error", "spotted an error",
    "see something wrong", "it looks like you", "it appears you", "sorry, ", "this video is", "this video can",
    "this browser", "this audio", "an error", "page not found", "no results", "notifications", "turn on notifications",
    "allow notifications", "this form is protected", "this site is protected", "protected by recaptcha", "captcha",
    "mailing address:", "keep it clean", "don't threaten", "be truthful.", "be nice.", "be proactive.",
    "share with us.", "comments are moderated", "comments that", "all comments are", "please keep comments",
    "please be respectful", "please avoid obscene", "we welcome your comments", "we encourage", "we reserve the right",
    "akismet", "this site uses akismet", "want to work on", "we're hiring", "we are hiring",
)  # fmt: skip
"""What sites tell their visitors about themselves."""

_NAVIGATION = (
    "toggle navigation", "cancel reply", "proudly powered", "recent posts", "skip to", "skip navigation",
    "jump to navigation", "jump to content", "jump to recipe", "go to top", "go to content", "back to top",
    "back to home", "return to home", "return to top", "home >", "home »", "home /", "you are here", "navigate to",
    "search this", "search for:", "posted in", "posted by", "posted on", "posted at", "posted under", "filed under",
    "filed in", "tagged:", "tagged with", "tags:", "categories:", "category:", "topics:", "topics in this",
    "in this section", "in this article:", "on this page", "labels:", "leave a comment", "leave a reply", "leave your",
    "comments are", "comments (", "post a comment", "post comment", "add a comment", "add your comment",
    "join the debate", "be the first to", "no comments", "in reply to", "reply to", "your comment", "required fields",
    "last updated", "last modified", "published on", "published at", "published in", "updated on", "text size",
    "font size", "please wait", "table of contents", "available on", "available in", "support our", "support us",
    "support quality", "support independent", "donate now", "donate to", "make a donation", "buy me a coffee",
    "but let's stay in touch", "let's stay in touch", "stay in touch", "stay connected", "discussion in '",
    "from wikipedia", "from wiki,", "this article is about", "this article needs", "for other uses",
    "not to be confused", "main article:", "main page:", "retrieved from", "this section needs", "coordinates:",
    "isbn", "issn",
)  # fmt: skip
"""Menus, tags, comment forms, and the head and foot lines of wikis and forums."""

_GERMAN = (
    "hier können sie", "vielen dank für", "der beitrag wurde", "beitrag per e-mail", "unterstützen sie",
    "hat ihnen der", "gefällt ihnen", "bestens informiert", "zu ihrer information", "externer inhalt",
    "an dieser stelle", "lesezeit", "ein kommentar von", "ein gastbeitrag", "testen sie", "jetzt testen",
    "jetzt herunterladen", "jetzt kostenlos", "sichern sie sich", "danke für ihr", "die kommentarfunktion",
    "alle rechte vorbehalten", "abonnieren", "jetzt abonnieren", "jetzt anmelden", "jetzt registrieren", "newsletter",
    "lesen sie auch", "lesen sie hier", "lesen sie mehr", "lesen sie weiter", "mehr zum thema", "mehr dazu",
    "mehr lesen", "weiterlesen", "lies auch", "das könnte sie", "das könnte dich", "auch interessant", "anzeige",
    "foto:", "fotos:", "bild:", "bildquelle", "quelle:", "von redaktion", "stand:", "zum inhalt", "zur startseite",
    "sie sind hier", "diese website verwendet", "diese webseite verwendet", "diese seite verwendet",
    "unsere website verwendet", "wir verwenden", "wir nutzen", "mit der nutzung", "schicken sie uns",
    "schreiben sie uns", "folgen sie uns", "folge uns", "teilen sie", "diesen artikel teilen", "artikel teilen",
    "kommentar schreiben", "kommentare", "bitte melden", "bitte loggen", "bitte aktivieren", "sie haben bereits",
    "sie müssen", "haben sie fragen", "über den autor", "über die autorin", "der autor ist", "die autorin ist",
    "dieser artikel", "dieser text", "dieser beitrag", "weitere meldungen", "weitere artikel", "datenschutz",
    "impressum", "nachdruck", "der newsletter", "übersetzt von", "aus dem englischen von",
)  # fmt: skip
_FRENCH = (
    "passer au contenu", "à voir sur le web", "contenu sponsorisé", "découvrez", "qui sommes-nous",
    "gérer mes cookies", "offre spéciale", "profitez", "ce texte est", "la newsletter", "la lettre", "tous droits",
    "abonnez-vous", "s'abonner", "lire aussi", "à lire aussi", "à lire", "lire la suite", "lire plus", "voir aussi",
    "en savoir plus", "pour en savoir plus", "pour aller plus loin", "inscrivez-vous", "connectez-vous",
    "se connecter", "vous avez déjà un compte", "vous êtes abonné", "déjà abonné", "article réservé",
    "cet article est", "cet article a été", "cet article vous", "ce contenu est", "il vous reste", "la suite est",
    "suivez-nous", "partager", "partagez", "commenter", "vos commentaires", "signaler", "votre adresse",
    "votre e-mail", "recevez", "recevoir", "en poursuivant", "en continuant", "nous utilisons", "ce site utilise",
    "les cookies", "mentions légales", "temps de lecture", "publié le", "mis à jour", "modifié le", "crédit photo",
    "photo :", "source :", "publicité", "la rédaction vous", "traduit de", "traduit par", "propos recueillis",
    "aller au contenu", "accueil >", "retrouvez", "sur le même sujet", "sur le même thème",
)  # fmt: skip
_SPANISH_PORTUGUESE = (
    "únete a", "si quieres apoyar", "puedes seguir", "puede seguir", "conforme a los criterios", "sigue leyendo",
    "apúntate", "accede a", "contenido exclusivo", "este artículo", "este artigo", "esta noticia", "clique aqui",
    "haga clic", "haz clic", "todos los derechos", "todos os direitos", "suscríbete", "suscríbase", "regístrate",
    "inicia sesión", "iniciar sesión", "lea también", "lee también", "leer también", "te puede interesar",
    "le puede interesar", "también te puede", "más información", "lo más leído", "síguenos", "síganos", "comparte",
    "compartir", "comenta", "para poder comentar", "deja un comentario", "deja tu", "archivado en",
    "utilizamos cookies", "este sitio", "esta web", "esta página", "si continúa", "al continuar", "aviso legal",
    "política de", "prohibida", "recibe nuestro", "recibe en", "foto:", "fuente:", "publicado", "actualizado",
    "publicidad", "saltar al", "traducido por", "traducción de", "leia também", "leia mais", "assine", "inscreva-se",
    "cadastre-se", "compartilhe", "siga", "saiba mais", "veja também", "receba", "este site", "publicidade", "fonte:",
    "tradução",
)  # fmt: skip
_OTHER_EUROPEAN = (
    "присылайте", "не пропустите", "понравил", "поддержите", "пишите нам", "ещё больше", "смотрите наш",
    "узнать больше", "leggi anche", "leggi tutto", "iscriviti", "abbonati", "tutti i diritti", "condividi", "seguici",
    "questo sito", "riproduzione riservata", "lees ook", "lees meer", "meld je aan", "schrijf je in", "deel dit",
    "volg ons", "alle rechten", "deze website", "läs också", "läs även", "läs mer", "läs vidare", "prenumerera",
    "dela artikeln", "dela:", "följ oss", "anmäl dig", "logga in", "foto:", "bild:", "publicerad", "uppdaterad",
    "annons", "vill du få", "vill du läsa", "vi använder", "den här webbplatsen", "rätta artikeln", "les også",
    "læs også", "abonner", "følg oss", "vi bruker", "vi bruger", "czytaj także", "czytaj też", "zobacz też",
    "wszelkie prawa", "udostępnij", "подпис", "читайте также", "читать далее", "читать также", "смотрите также",
    "поделит", "фото:", "источник:", "все права", "при использовании", "при перепечатке", "перепечатка",
    "нашли ошибку", "реклама", "войдите", "зарегистр", "комментари", "оставить комментарий", "мы используем",
    "этот сайт", "продолжая", "перевод:", "перевёл", "перевела", "материал подготов", "больше новостей",
    "самое важное", "следите за",
)  # fmt: skip
_CHINESE = (
    "摘要", "喜欢请点", "（文中", "(文中", "投稿", "发布时间", "稿源", "编辑 |", "图片 |", "文中图片", "本文仅代表",
    "本文为", "如需转载", "更多请", "往期", "推荐", "收藏", "搜索", "返回", "上一篇", "下一篇", "版权", "版權", "转载",
    "轉載", "未经", "未經", "责任编辑", "責任編輯", "（责任编辑", "(责任编辑", "编辑：", "編輯：", "编辑:", "相关阅读",
    "相關閱讀", "延伸阅读", "延伸閱讀", "推荐阅读", "热门推荐", "更多精彩", "更多内容", "扫码", "扫描二维码", "长按",
    "关注我们", "關注我們", "欢迎关注", "歡迎關注", "点击", "點擊", "订阅", "訂閱", "登录", "登入", "注册", "分享到",
    "本文来源", "本文來源", "本文转", "本文轉", "本文由", "本文首发", "本文经", "文章来源", "文章來源", "来源：",
    "來源：", "来源:", "图片来源", "圖片來源", "图源", "资料图", "图为", "圖為", "图：", "作者：", "文／", "文/",
    "声明：", "声明:", "免责声明", "免責聲明", "本网站", "本站", "本网", "网友评论", "著作权", "著作權", "商业转载",
    "原标题", "原文链接", "原文地址", "喜欢本文", "如果你喜欢", "如果您喜欢", "如果觉得", "赞同", "下载", "举报",
    "感谢阅读", "广告", "廣告", "翻译：", "译者", "關於作者", "关于作者", "作者简介", "作者簡介", "首页", "首頁",
)  # fmt: skip
_JAPANESE_KOREAN = (
    "この記事は", "最新情報", "メニュー", "いいね", "ご購読", "詳しくは", "続き", "前の記事", "次の記事", "お知らせ",
    "ご注意", "※", "当社", "無料", "関連記事", "あわせて読みたい", "こちらもおすすめ", "おすすめ", "無断転載",
    "この記事を", "この記事が", "記事に関する", "ログイン", "会員登録", "有料会員", "会員限定", "無料登録",
    "続きを読む", "続きは", "残り", "シェア", "フォロー", "写真：", "写真:", "写真＝", "画像：", "出典：", "出典:",
    "提供：", "このサイトでは", "当サイト", "本サイト", "本文へ", "プライバシー", "コメント", "購読", "メルマガ",
    "取材・文", "文・", "翻訳：", "訳：", "広告", "最後までお読み", "著作権", "本記事は", "お問い合わせ", "구독",
    "무단전재", "무단 전재", "저작권", "관련기사", "관련 기사", "이 기사를", "이 기사는", "기사제보", "제보", "댓글",
    "로그인", "회원가입", "사진=", "사진 =", "[사진", "출처", "입력 ", "ⓒ", "좋아요", "공유하기", "더 보기", "더보기",
    "뉴스레터", "광고", "번역:", "지금 바로", "네이버에서",
)  # fmt: skip
_PHRASES = (
    *_FORMS, *_SHARING, *_TEASERS, *_SHOPS, *_RIGHTS, *_CREDITS, *_NOTICES, *_NAVIGATION, *_GERMAN, *_FRENCH,
    *_SPANISH_PORTUGUESE, *_OTHER_EUROPEAN, *_CHINESE, *_JAPANESE_KOREAN,
)  # fmt: skip

_LABELS = (
    "menu", "navigation", "accessibility", "share", "follow", "login", "search", "loading", "processing", "trending",
    "promoted", "recommended", "watch", "listen", "donate", "cookie", "shipping", "the end.", "click to", "go to",
    "return to", "back to", "jump to", "learn more", "more about", "view ", "tweet", "help us", "join us", "register",
    "home about", "sitemap", "archive", "all rights",
)  # fmt: skip
"""Words that begin furniture when the line is short, and sentences when it is not."""

_ALWAYS = (
    "this copy is for your", "copyright ©", "copyright (c)", "© ", "©1", "©2", "all rights reserved", "we use cookies",
    "this site uses", "this website uses", "we and our partners", "we use your sign-up", "by clicking",
    "by continuing", "by signing up", "subscribe to", "sign up for", "alle rechte vorbehalten", "版权", "版權",
    "write to", "editor's note", "translated by", "this article was", "this post was", "this story was",
    "originally published", "disclaimer", "we independently", "i understand and agree", "this work is licensed",
    "all quotes delayed", "the information contained", "this release contains", "this press release contains",
)  # fmt: skip
"""Beginnings that no sentence of an article shares, whatever the length of the line."""

_ANYWHERE = (
    "buy me a coffee", "subscribe by email", "rechte an diesem artikel", "письмо в редакцию", "на рассылку",
    "нашу рассылку", "поддержите редакцию", "почту редакции", "don't have an account", "via email or", "patreon.com",
    "on patreon", "rights reserved", "alle rechte vorbehalten", "derechos reservados", "direitos reservados",
    "droits réservés", "diritti riservati", "rechten voorbehouden", "права защищены", "版权所有", "版權所有", "转载请",
    "轉載請", "未经授权", "未經授權", "不得转载", "禁止转载", "無断転載", "무단전재", "재배포 금지", "getty images",
    "photograph by ", "photo by ", "(photo", "(image:", "photo credit", "image credit", "image courtesy",
    "photo courtesy", "ap photo", "/afp", "via shutterstock", "credit…", "credit...", "(foto:", "foto: ", "(фото",
    "© ", "subscribe to our ", "subscribe to my ", "subscribe to the ", "subscribe for free", "subscribe here",
    "sign up for our ", "sign up for the ", "sign up for my ", "sign up to our ", "sign up here", "our newsletter",
    "this newsletter", "free newsletter", "our mailing list", "terms of service", "terms of use", "privacy policy",
    "cookie policy", "follow us on ", "follow me on ", "follow him on ", "follow her on ", "follow them on ",
    "click here", "reprints", "enable javascript", "unsubscribe at any", "unsubscribe any time", "affiliate links",
    "affiliate commission", "earn a commission", "contributed to this report", "contributed to this story",
    "contributed to this article", "contributed reporting", "contributed research", "in print on",
    "on the print edition", "not responsible for the content", "for more information, visit",
    "for more information visit", "for more information, please", "tax deductible", "tax-deductible",
    "support our journalism", "support our work", "support my work", "this site uses cookies", "site uses cookies",
    "website uses cookies", "use of cookies", "use cookies to", "our cookies", "accept cookies", "cookies policy",
    "verwendet cookies", "cookies zu", "verwendung von cookies", "utilisation de cookies", "utilise des cookies",
    "utilizamos cookies", "uso de cookies", "uso dei cookie", "använder cookies", "bruger cookies",
    "gebruik van cookies", "файлы cookie", "クッキーを使用", "クッキーポリシー", "プライバシーポリシー",
    "lettre d'information", "notre newsletter", "nuestro boletín", "nuestra newsletter", "nyhetsbrev",
    "unseren newsletter", "nostra newsletter", "onze nieuwsbrief", "nos abonnés", "aux abonnés", "nur für abonnenten",
    "para suscriptores", "для подписчиков", "наш канал", "telegram-канал", "公众号", "公眾號", "微信号", "微信公众",
    "二维码", "客户端", "お読みいただけます", "サポートをしてみませんか", "ご覧いただけます", "会員限定",
    "ご意見・ご感想", "구독하", "네이버 채널", "필드는 필수",
)  # fmt: skip
"""Phrases that are telling in the middle of a short line too."""

_SHORT, _MIDDLE, _LONG = 45, 220, 400
_LEADING_SIGNS = " ".join("*•-–—>»[(←→")
_STARTS = {first: tuple(phrases) for first, phrases in groupby(sorted(set(_PHRASES)), key=lambda phrase: phrase[:2])}
"""The phrases by their first two characters: a line is compared with a few of them only."""
_ANYWHERE_ASCII = tuple(phrase for phrase in _ANYWHERE if phrase.isascii())
_TYPOGRAPHIC = str.maketrans("’‘＝", "''=")


def is_boilerplate(text: str) -> bool:
    """Whether a line speaks of the page it stood on rather than of the article's subject.

    The longer a line, the less its beginning proves: labels count up to 45 characters, phrases up to 220, phrases in
    the middle up to 400, and only what no article says at any length.
    """
    folded = text.casefold().translate(_TYPOGRAPHIC).lstrip(_LEADING_SIGNS)
    first = folded[:2]
    if len(text) <= _MIDDLE and folded.startswith(_STARTS.get(first, ())):
        return True
    if folded.startswith(_ALWAYS) or (len(text) <= _SHORT and folded.startswith(_LABELS)):
        return True
    if len(text) > _LONG:
        return False
    return any(map(folded.__contains__, _ANYWHERE_ASCII if text.isascii() else _ANYWHERE))


TAIL = re.compile(
    r"(?:\d+ )?(?:comments?|responses|replies|discussion|thoughts? on\b.*|kommentare|kommentarer|commentaires"
    r"|comentarios|commenti|reacties|комментарии|评论|評論|网友评论|コメント|댓글)(?: ?[(（]\d+[)）])?$"
    r"|(?:leave|post|add|write) (?:a|your) (?:reply|comment)|join the (?:conversation|discussion)$|post navigation"
    r"|comments are closed|discussion about|discover more from|share this(?: article| post| story| page)?:?$|subscribe$"
    r"|about the authors?$|written by (?-i:[A-Z])[^.]{2,40}$|kommentar schreiben|laisser un commentaire"
    r"|deja un comentario|оставить комментарий|发表评论|添加评论",
    re.IGNORECASE,
)
"""A short line that begins the tail of a page: nothing behind it is the article."""

TEASER = re.compile(
    r"(?:you (?:may|might) (?:also )?(?:like|be interested|enjoy)|most (?:read|popular|viewed|shared|recent)\b"
    r"|(?:recommended|suggested|trending|popular|top|latest|related|similar|recent|featured|other|further)"
    r" (?:for you|stories|articles?|posts?|news|reading|links|content|topics|coverage|videos?)"
    r"|recommended$|trending$|related:?$|what to read next|read next|read more$|up next|don['’]t miss"
    r"|editors?['’]s? picks?|in case you missed|customers also|people also|keep reading|see also"
    r"|more (?:from|on this|in|stories|articles|news|like this|to explore)\b|also (?:in|on|from|read|of interest)\b"
    r"|about (?=(?-i:[A-Z(]))[^.?!]{2,50}$|forward-looking statements?$"
    r"|mehr zum thema|weitere (?:artikel|meldungen|themen|nachrichten)|das könnte (?:sie|dich)|auch interessant"
    r"|meistgelesen|topmeldungen|topthemen|schlagzeilen|à lire (?:aussi|également)|lire aussi"
    r"|sur le même (?:sujet|thème)|les plus lus|vous aimerez aussi|nos derniers articles"
    r"|te puede interesar|lo más (?:leído|visto)|más noticias"
    r"|noticias relacionadas|também pode|leia também|mais lidas|leggi anche|potrebbe interessarti|lees ook"
    r"|meest gelezen|läs (?:också|även|mer)|mest läst|mer om|relaterat|читайте также|популярное|новости по теме"
    r"|похожие|ещё по теме|相关(?:阅读|新闻|文章|推荐)|延伸(?:阅读|閱讀)|推荐阅读|猜你喜欢"
    r"|热门(?:推荐|文章|新闻)|相關(?:閱讀|新聞)|関連(?:記事|リンク|ニュース)|あわせて読みたい|おすすめ(?:記事)?|人気記事|ランキング"
    r"|관련 ?기사|많이 본|추천 ?기사)",
    re.IGNORECASE,
)
"""A short line over headlines of other pages: the article may go on behind them."""

SECTIONS = frozenset(
    {
        "references", "reference", "sources", "see also", "related", "related notes", "related articles",
        "related links", "links", "backlinks", "external links", "further reading", "footnotes", "bibliography",
        "table of contents", "contents", "toc", "resources", "tags", "todo", "to do", "tasks", "相关概念", "相關概念",
        "来源", "來源", "参考", "參考", "参考资料", "參考資料", "参考文献", "延伸閱讀", "延伸阅读", "quellen",
        "siehe auch", "weiterlesen", "literatur", "einzelnachweise", "weblinks", "voir aussi", "références",
        "liens externes", "véase también", "referencias", "enlaces externos", "ссылки", "источники", "см также",
        "литература", "примечания", "参照", "関連", "関連項目", "脚注", "外部リンク", "참고", "관련 문서", "källor",
        "referenser", "se även", "comments", "page notes", "chapters", "timestamps", "transcript links", "credits",
        "notes and references", "citations", "works cited",
    }
)  # fmt: skip
"""Headings over lists of links and other furniture, as fold_key() spells them."""
