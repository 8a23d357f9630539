"""The words of the grammar: a row is a meaning, a column a language, by its code. Chapters 1 and 3.

A star marks the rows of the small lexicon. ``kind`` says what may stand with what: a noun belongs
to one kind; a verb lists the kinds of its object, or how it is built (alone, motion, …); an
adjective lists the kinds it describes.

``traits``  owned: people have one (my friend, but not my man); kin: never without its owner;
            young: takes no adjective before it (*un vieux garçon* is a bachelor);
            kin also for what no article may stand before (*attendre un enfant*: to be pregnant);
            she, he: a woman, a man, so that only one of the pronouns could mean her or him
``manner``  an action has a progressive, a state has none; nowhere: names no place (*porter une robe à
            l'hôtel* carries it there), heeded beside an object and for animals; owning: neither, and has something, not a certain thing (有 一 把 刀)
``place``   before or after the French noun ("before only": not after *être*), or later: only after
            *être* (*un grand homme* is no tall man)
``degree``  whether the adjective takes *very*

``refers``  of whom a word speaks, where a pronoun could be mistaken: see ``TAKEN_FOR``; "-" for nobody

The English cell is the name of the meaning. What the cells of a language mean is said in its file, under
languages/. A language may have its words there as well, in place of a column: see ``Language.words``.
"""

NOUNS = """
  kind    | traits        | en                   | fr                       | zh        | mr
* person  | young she     | girl girls           | f fille filles           | 女孩 个   | f मुलगी मुली मुली मुलीं
* person  | young he      | boy boys             | m garçon garçons         | 男孩 个   | m मुलगा मुला मुलगे मुलग्यां
* person  | she           | woman women          | f femme femmes           | 女人 个   | f महिला महिले महिला महिलां
* person  | he            | man men              | m homme hommes           | 男人 个   | m पुरुष पुरुषा पुरुष पुरुषां
* person  | owned young   | friend friends       | m ami amis               | 朋友 个   | m मित्र मित्रा मित्र मित्रां
* person  | owned         | teacher teachers     | m professeur professeurs | 老师 位   | m शिक्षक शिक्षका शिक्षक शिक्षकां
* person  | owned kin she | sister sisters       | f sœur sœurs             | 姐姐 个   | f बहीण बहिणी बहिणी बहिणीं
  person  | owned         | doctor doctors       | m médecin médecins       | 医生 位   | m डॉक्टर डॉक्टर डॉक्टर डॉक्टरां
  person  | owned kin     | child children       | m enfant enfants         | 孩子 个   | n मूल मुला मुले मुलां
  person  | owned         | neighbour neighbours | f voisine voisines       | 邻居 个   | f शेजारीण शेजारणी शेजारणी शेजारणीं
  person  | she           | actress actresses    | f actrice actrices       | 女演员 位 | f अभिनेत्री अभिनेत्री अभिनेत्री अभिनेत्रीं
  person  | -             | baker bakers         | m boulanger boulangers   | 面包师 位 | m बेकरीवाला बेकरीवाल्या बेकरीवाले बेकरीवाल्यां
  person  | owned kin he  | brother brothers     | m frère frères           | 哥哥 个   | m भाऊ भावा भाऊ भावां
  person  | owned         | lawyer lawyers       | f avocate avocates       | 律师 位   | m वकील वकिला वकील वकिलां
* animal  | owned         | cat cats             | m chat chats             | 猫 只     | n मांजर मांजरा मांजरे मांजरां
* animal  | owned         | dog dogs             | m chien chiens           | 狗 条     | m कुत्रा कुत्र्या कुत्रे कुत्र्यां
  animal  | owned         | horse horses         | m cheval chevaux         | 马 匹     | m घोडा घोड्या घोडे घोड्यां
  animal  | -             | bird birds           | m oiseau oiseaux         | 鸟 只     | m पक्षी पक्ष्या पक्षी पक्ष्यां
  animal  | owned         | cow cows             | f vache vaches           | 奶牛 头   | f गाय गायी गायी गायीं
* text    | owned         | letter letters       | f lettre lettres         | 信 封     | n पत्र पत्रा पत्रे पत्रां
* text    | owned         | book books           | m livre livres           | 书 本     | n पुस्तक पुस्तका पुस्तके पुस्तकां
  text    | -             | story stories        | f histoire histoires     | 故事 个   | f कथा कथे कथा कथां
  text    | owned         | poem poems           | m poème poèmes           | 诗 首     | f कविता कविते कविता कवितां
  text    | -             | article articles     | m article articles       | 文章 篇   | m लेख लेखा लेख लेखां
* food    | owned         | apple apples         | f pomme pommes           | 苹果 个   | n सफरचंद सफरचंदा सफरचंदे सफरचंदां
* food    | owned         | cake cakes           | m gâteau gâteaux         | 蛋糕 块   | m केक केका केक केकां
  food    | owned         | orange oranges       | f orange oranges         | 橙子 个   | n संत्रे संत्र्या संत्री संत्र्यां
  food    | -             | egg eggs             | m œuf œufs               | 鸡蛋 个   | n अंडे अंड्या अंडी अंड्यां
  food    | owned         | meal meals           | m repas repas            | 饭 顿     | n जेवण जेवणा जेवणे जेवणां
* thing   | owned         | key keys             | f clé clés               | 钥匙 把   | f चावी चावी चाव्या चाव्यां
* thing   | owned         | bag bags             | m sac sacs               | 包 个     | f पिशवी पिशवी पिशव्या पिशव्यां
  thing   | owned         | umbrella umbrellas   | m parapluie parapluies   | 雨伞 把   | f छत्री छत्री छत्र्या छत्र्यां
  thing   | owned         | photo photos         | f photo photos           | 照片 张   | m फोटो फोटो फोटो फोटों
  thing   | -             | box boxes            | f boîte boîtes           | 盒子 个   | m डबा डब्या डबे डब्यां
  thing   | owned         | knife knives         | m couteau couteaux       | 刀 把     | m चाकू चाकू चाकू चाकूं
* machine | owned         | car cars             | f voiture voitures       | 汽车 辆   | f गाडी गाडी गाड्या गाड्यां
* machine | owned         | bicycle bicycles     | m vélo vélos             | 自行车 辆 | f सायकल सायकली सायकली सायकलीं
  machine | owned         | watch watches        | f montre montres         | 手表 块   | n घड्याळ घड्याळा घड्याळे घड्याळां
  machine | owned         | computer computers   | m ordinateur ordinateurs | 电脑 台   | m संगणक संगणका संगणक संगणकां
* opening | -             | door doors           | f porte portes           | 门 扇     | n दार दारा दारे दारां
* opening | -             | window windows       | f fenêtre fenêtres       | 窗户 扇   | f खिडकी खिडकी खिडक्या खिडक्यां
  opening | -             | drawer drawers       | m tiroir tiroirs         | 抽屉 个   | m ड्रॉवर ड्रॉवर ड्रॉवर ड्रॉवरां
* clothes | owned         | hat hats             | m chapeau chapeaux       | 帽子 顶   | f टोपी टोपी टोप्या टोप्यां
* clothes | owned         | dress dresses        | f robe robes             | 裙子 条   | m ड्रेस ड्रेस ड्रेस ड्रेसां
  clothes | owned         | coat coats           | m manteau manteaux       | 大衣 件   | m कोट कोटा कोट कोटां
  clothes | owned         | shirt shirts         | f chemise chemises       | 衬衫 件   | m शर्ट शर्ट शर्ट शर्टां
* site    | -             | station              | f gare                   | 车站 个   | n स्थानक स्थानका वर
* site    | -             | hotel                | m hôtel                  | 酒店 家   | n हॉटेल हॉटेल मध्ये
* site    | owned         | school               | f école                  | 学校 所   | f शाळा शाळे
  site    | -             | market               | m marché                 | 市场 个   | m बाजार बाजारा
  site    | -             | library              | f bibliothèque           | 图书馆 座 | n ग्रंथालय ग्रंथालया
  site    | -             | hospital             | m hôpital                | 医院 家   | n रुग्णालय रुग्णालया
  site    | -             | museum               | m musée                  | 博物馆 座 | n संग्रहालय संग्रहालया
* area    | owned         | garden               | m jardin                 | 花园 个   | f बाग बागे
* area    | owned         | house                | f maison                 | 房子 座   | n घर घरा
  area    | owned         | kitchen              | f cuisine                | 厨房 个   | n स्वयंपाकघर स्वयंपाकघरा
  area    | -             | park                 | m parc                   | 公园 个   | n उद्यान उद्याना
  area    | owned         | village              | m village                | 村庄 个   | n गाव गावा
  area    | -             | forest               | f forêt                  | 森林 片   | n जंगल जंगला
"""

NAMES = """
  kind | refers | en       | fr        | zh     | mr
* name | m      | paul 3s  | paul m3s  | 保罗 - | पॉल m3s
* name | f      | anne 3s  | anne f3s  | 安妮 - | ॲन f3s
  name | f      | marie 3s | marie f3s | 玛丽 - | मारी f3s
  name | m      | louis 3s | louis m3s | 路易 - | लुई m3s
  name | m      | hugo 3s  | hugo m3s  | 雨果 - | ह्युगो m3s
"""

# Whom a pronoun could be taken to speak of: a sentence with both is drawn anew, for no language of these
# would say the same by it (her sister: sa sœur, his or hers; his own: त्याचा is another one's).
# m, f, n: a man, a woman, a person of whom English does not say; people; animals; things.
TAKEN_FOR = {
    "he": "m n",
    "she": "f n",
    "they": "people animals",
    "them": "people animals things",
    "his": "m f n he she",
    "their": "people they them",
}
PRONOUNS = """
  kind                 | refers | en          | fr        | zh          | mr
* personal pronoun     | -      | i 1s        | je|j' m1s | 我 -        | मी m1s
* personal pronoun     | he     | he 3s       | il m3s    | 他 -        | तो त्या m3s
* personal pronoun     | she    | she 3s      | elle f3s  | 她 -        | ती ति f3s
  personal pronoun     | -      | we 1p       | nous m1p  | 我们 -      | आम्ही m1p
  personal pronoun     | -      | you 2p      | vous m2p  | 你 -        | तुम्ही m2p
* personal pronoun     | they   | they 3p     | ils m3p   | 他们 -      | ते त्यां m3p
* third-person pronoun | he     | he 3s       | il m3s    | 他 -        | तो त्या m3s
* third-person pronoun | she    | she 3s      | elle f3s  | 她 -        | ती ति f3s
* third-person pronoun | they   | they 3p     | ils m3p   | 他们 -      | ते त्यां m3p
* object pronoun       | he     | him 3s      | le|l' m3s | 他 -        | तो त्या m3s
* object pronoun       | she    | her 3s      | la|l' f3s | 她 -        | ती ति f3s
* object pronoun       | them   | them 3p     | les m3p   | 他们|它们 - | ते त्यां m3p
* them                 | them   | them 3p     | les m3p   | 他们|它们 - | ते त्यां m3p
* me or us             | -      | me 1s       | me|m' m1s | 我 -        | मी m1s
  me or us             | -      | us 1p       | nous m1p  | 我们 -      | आम्ही m1p
  me or us             | -      | you 2p      | vous m2p  | 你 -        | तुम्ही m2p
* dative pronoun       | he     | him 3s      | lui m3s   | 他 -        | तो त्या m3s
* dative pronoun       | she    | her 3s      | lui m3s   | 她 -        | ती ति f3s
* dative pronoun       | them   | them 3p     | leur m3s  | 他们 -      | ते त्यां m3p
* to dative pronoun    | he     | ~to him 3s  | lui m3s   | ~跟 他 -    | तो त्या m3s
* to dative pronoun    | she    | ~to her 3s  | lui m3s   | ~跟 她 -    | ती ति f3s
* to dative pronoun    | them   | ~to them 3p | leur m3s  | ~跟 他们 -  | ते त्यां m3p
* nothing              | -      | 3s          | m3s       | -           | n3s
"""

VERBS = """
  kind                              | manner         | en                                 | fr                                                                     | zh                                              | mr
* person animal text thing machine  | state          | see sees saw seeing                | voir vois voit voyons voyez voient vu                                  | 看见 present=了                                 | पाहणे पाहिला
* person animal thing               | action         | look looks looked looking ~at      | regarder                                                               | 注视 animal=看 thing=看                         | बघणे बघितला कडे
* person animal thing clothes       | action         | look looks looked looking ~for     | chercher futur                                                         | 找                                              | शोधणे शोधला
  person animal text thing clothes  | state          | find finds found finding           | trouver futur                                                          | 找到 present=了                                 | सापडणे सापडला dative
* person animal                     | state          | love loves loved loving            | aimer aim-                                                             | 爱 past=- static                               | प्रेम करणे केला वर imperfect
* person                            | state nowhere  | know knows knew knowing            | connaître connais connaît connaissons connaissez connaissent connaiss- | 认识 past=- static                              | ओळखणे ओळखला imperfect
* person                            | action         | help helps helped helping          | aider                                                                  | 帮助                                            | मदत करणे केला f ला
  person                            | action nowhere | invite invites invited inviting    | inviter                                                                | 邀请                                            | बोलावणे बोलावला
  person                            | action         | wait waits waited waiting ~for     | attendre attends attend attendons attendez attendent attendu           | 等                                              | वाट पाहणे पाहिला f ची
  animal clothes                    | action         | wash washes washed washing         | laver                                                                  | 洗                                              | धुणे धुतला
* text food thing clothes machine   | action nowhere | buy buys bought buying             | acheter achète achète achetons achetez achètent                        | 买                                              | विकत घेणे घेतला
  food animal clothes machine       | action nowhere | sell sells sold selling            | vendre vends vend vendons vendez vendent vendu                         | 卖                                              | विकणे विकला direct
* animal text thing clothes machine | state owning   | have has had having                | avoir ai a avons avez ont av-                                          | 有 past=- static                                | असणे होता having
* text                              | action nowhere | write writes wrote writing         | écrire écris écrit écrivons écrivez écrivent écrit                     | 写                                              | लिहिणे लिहिला
  text food                         | action         | finish finishes finished finishing | finir finis finit finissons finissez finissent fini                    | 完成 text=写完 food=吃完 present=了 coming=将要 | संपवणे संपवला
* food                              | action         | eat eats ate eating                | manger mange mange mangeons mangez mangent                             | 吃                                              | खाणे खाल्ला
  text food thing                   | action nowhere | bring brings brought bringing      | apporter                                                               | 带来 present=了 coming=要 purpose=拿来 把       | आणणे आणला
  thing text clothes                | state          | lose loses lost losing             | perdre perds perd perdons perdez perdent perdu                         | 弄丢 present=了 把                              | हरवणे हरवला
  thing text clothes                | state nowhere  | forget forgets forgot forgetting   | oublier                                                                | 忘记 present=了 static                          | विसरणे विसरला subject
* machine opening                   | action         | repair repairs repaired repairing  | réparer                                                                | 修理                                            | दुरुस्त करणे केला
* opening                           | action         | open opens opened opening          | ouvrir ouvre ouvre ouvrons ouvrez ouvrent ouvert                       | 打开 present=了 lasting=开 把                   | उघडणे उघडला
  opening                           | action         | close closes closed closing        | fermer                                                                 | 关上 present=了 lasting=关 把                   | बंद करणे केला
* clothes                           | action nowhere | wear wears wore wearing            | porter                                                                 | 穿 顶=戴 着                                     | घालणे घातला
* visiting                          | action         | visit visits visited visiting      | visiter                                                                | 参观                                            | भेट देणे दिला f ला
* alone beast                       | action         | sleep sleeps slept sleeping        | dormir dors dort dormons dormez dorment dormi                          | 睡觉 split=一觉                                 | झोपणे झोपला subject
* alone                             | action         | sing sings sang singing            | chanter                                                                | 唱歌 split                                      | गाणे गायला subject
* alone                             | action         | work works worked working          | travailler                                                             | 工作                                            | काम करणे केला n
  alone                             | action         | dance dances danced dancing        | danser                                                                 | 跳舞 split                                      | नाचणे नाचला subject
  beast                             | action nowhere | run runs ran running               | courir cours court courons courez courent couru                        | 奔跑 past=-                                     | धावणे धावला subject
* motion                            | action         | arrive arrives arrived arriving    | arriver est arrivé                                                     | 来 coming purpose=报到                          | पोहोचणे पोहोचला subject
  motion                            | action         | stay stays stayed staying          | rester est resté                                                       | 留下来 coming purpose=住下                      | थांबणे थांबला subject
  fall                              | action         | fall falls fell falling            | tomber est tombé                                                       | 摔倒 present=了 coming                          | पडणे पडला subject
* going                             | action         | go goes went going                 | aller vais va allons allez vont est allé                               | 去 coming                                       | जाणे गेला subject
  going                             | action         | return returns returned returning  | retourner est retourné                                                 | 回 coming                                       | परतणे परतला subject
* reflexive                         | action         | rest rests rested resting          | reposer est reposé                                                     | 休息                                            | विश्रांती घेणे घेतला f
  reflexive                         | action         | walk walks walked walking          | promener promène promène promenons promenez promènent est promené      | 散步 split                                      | फिरणे फिरला subject
  rise                              | action         | hurry hurries hurried hurrying     | dépêcher est dépêché                                                   | 赶时间 past=-                                    | घाई करणे केला f
* addressing                        | action         | talk talks talked talking          | parler                                                                 | 说话 split                                      | बोलणे बोलला शी subject
* giving                            | action         | give gives gave giving             | donner                                                                 | 给                                              | देणे दिला
  giving                            | action         | show shows showed showing          | montrer                                                                | 给 rest=看                                      | दाखवणे दाखवला
  giving                            | action         | lend lends lent lending            | prêter                                                                 | 借给 present=了 coming=要                       | उधार देणे दिला
* wanting                           | state          | want wants wanted wanting          | vouloir veux veut voulons voulez veulent voul-                         | 想 past=-                                       | असणे होता wish
  wanting                           | state          | like likes liked liking            | aimer aim-                                                             | 喜欢 past=-                                     | आवडणे आवडायचा dative
* saying                            | state          | say says said saying               | dire dis dit disons dites disent dit                                   | 说 past=-                                       | म्हणणे म्हणाला subject
  saying                            | state          | think thinks thought thinking      | penser pens-                                                           | 觉得 past=-                                     | वाटणे वाटला dative
  saying                            | state          | know knows knew knowing            | savoir sais sait savons savez savent sav-                              | 知道 past=-                                     | माहीत असणे होता dative
"""

ADJECTIVES = """
  place       | kind                                           | degree | en            | fr                                         | zh                 | mr
* before      | animal thing machine clothes area opening      | yes    | small smaller | petit                                      | 小                 | लहान
* before      | animal thing machine area                      | yes    | big bigger    | grand                                      | 大                 | मोठा
  later       | person                                         | yes    | tall taller   | grand                                      | 高                 | उंच
* before      | person                                         | yes    | young younger | jeune                                      | 年轻               | तरुण
* before      | animal                                         | yes    | young younger | jeune                                      | 年幼的             | तरुण
* before      | person animal                                  | yes    | old older     | vieux|vieil vieille vieux vieilles         | 年老的 老          | म्हातारा
* before      | thing machine text clothes opening             | yes    | old older     | vieux|vieil vieille vieux vieilles         | 旧                 | जुना
* before      | area site                                      | yes    | old older     | vieux|vieil vieille vieux vieilles         | 古老的             | जुना
  before only | text clothes machine thing                     | no     | new           | nouveau|nouvel nouvelle nouveaux nouvelles | 新                 | नवा
* later       | person                                         | yes    | beautiful     | beau belle beaux belles                    | 漂亮的             | सुंदर
* before      | animal clothes thing                           | yes    | beautiful     | beau|bel belle beaux belles                | 漂亮的             | सुंदर
* before      | area                                           | yes    | beautiful     | beau|bel belle beaux belles                | 美丽的             | सुंदर
* before      | text                                           | yes    | beautiful     | beau|bel belle beaux belles                | 优美的 美          | सुंदर
  before      | food                                           | yes    | good          | bon bonne                                  | 好 好吃            | चांगला
* after       | person                                         | yes    | tired         | fatigué                                    | 疲惫的 累          | थकलेला
* after       | person                                         | yes    | happy happier | heureux heureuse                           | 快乐的 高兴        | आनंदी
* after       | person animal                                  | yes    | intelligent   | intelligent                                | 聪明的             | हुशार
  after       | person                                         | yes    | sad sadder    | triste                                     | 伤心的             | दुःखी
  after       | person animal                                  | yes    | lazy lazier   | paresseux paresseuse                       | 懒惰的 懒          | आळशी
  after       | person                                         | yes    | famous        | célèbre                                    | 有名的 出名        | प्रसिद्ध
* after       | text                                           | yes    | interesting   | intéressant                                | 有趣的             | मनोरंजक
  after       | text                                           | yes    | difficult     | difficile                                  | 难懂的             | कठीण
* after       | clothes machine thing opening                  | no     | red           | rouge                                      | 红色的 是          | लाल
* after       | clothes machine thing animal                   | no     | black         | noir                                       | 黑色的 是          | काळा
  after       | clothes machine thing animal opening           | no     | white         | blanc blanche                              | 白色的 是          | पांढरा
  after       | clothes machine thing opening                  | no     | green         | vert                                       | 绿色的 是          | हिरवा
  after       | clothes machine                                | yes    | expensive     | coûteux coûteuse                           | 昂贵的 贵          | महाग
* before      | food                                           | no     | excellent     | excellent                                  | 极好的 非常 好     | उत्कृष्ट
  later       | food                                           | no     | delicious     | délicieux délicieuse                       | 美味的             | चविष्ट
* later       | opening                                        | no     | closed        | fermé                                      | 关着的 是          | बंद
  after       | clothes machine                                | yes    | dirty dirtier | sale                                       | 脏的               | घाणेरडा
  after       | site area                                      | yes    | quiet quieter | tranquille                                 | 安静的             | शांत
"""

DETERMINERS = """
  kind       | refers | en         | fr                | zh               | mr
* the        | -      | the        | le|l' la|l' les   | 那+ 那些 place=- | - - तो
* a          | -      | a|an some  | un une des        | 一+ 几+          | एक काही असा+
* a before   | -      | a|an some  | un une de|d'      | 一+ 几+          | एक काही असा+
* any        | -      | a|an any   | de|d' de|d' de|d' | - 任何           | - कोणताही -
* this       | -      | this these | ce|cet cette ces  | 这+ 这些         | हा हा असा+
* possessive | -      | my         | mon ma|mon mes    | 我 的            | माझा
* possessive | his    | his        | son sa|son ses    | 他 的            | त्याचा
* possessive | his    | her        | son sa|son ses    | 她 的            | तिचा
  possessive | -      | our        | notre notre nos   | 我们 的          | आमचा
  possessive | -      | your       | votre votre vos   | 你 的            | तुमचा
  possessive | their  | their      | leur leur leurs   | 他们 的          | त्यांचा
"""

ADVERBS = """
  kind             | en        | fr          | zh     | mr
* adverb           | often     | souvent     | 经常   | अनेकदा
  adverb           | sometimes | parfois     | 有时候 | कधीकधी
  adverb           | rarely    | rarement    | 很少   | क्वचितच
  time progressive | now       | maintenant  | 现在   | आता
* time progressive | today     | aujourd'hui | 今天   | आज
* time past        | yesterday | hier        | 昨天   | काल
* time future      | tomorrow  | demain      | 明天   | उद्या
"""
