"""The words of the grammar: a row is a meaning, a column a language. Chapter 1.

A star marks the rows of the small lexicon. ``kind`` says what may stand with what: a noun belongs
to one kind; a verb lists the kinds of its object, or how it is built (alone, motion, …); an
adjective lists the kinds it describes.

``traits``  owned: people have one (my friend, but not my man); kin: never without its owner;
            young: takes no adjective before it (*un vieux garçon* is a bachelor)
``manner``  an action has a progressive, a state has none; nowhere: names no place (*porter une robe à
            l'hôtel* carries it there)
``place``   before or after the French noun ("before only": not after *être*), or later: only after
            *être* (*un grand homme* is no tall man)
``degree``  whether the adjective takes *very*

What the cells of a language mean is said in languages.py.
"""

NOUNS = """
  kind    | traits      | en                   | fr                       | zh
* person  | young       | girl girls           | f fille filles           | 女孩 个
* person  | young       | boy boys             | m garçon garçons         | 男孩 个
* person  | -           | woman women          | f femme femmes           | 女人 个
* person  | -           | man men              | m homme hommes           | 男人 个
* person  | owned       | friend friends       | m ami amis               | 朋友 个
* person  | owned       | teacher teachers     | m professeur professeurs | 老师 位
* person  | owned kin   | sister sisters       | f sœur sœurs             | 姐姐 个
  person  | owned       | doctor doctors       | m médecin médecins       | 医生 位
  person  | owned young | child children       | m enfant enfants         | 孩子 个
  person  | owned       | neighbour neighbours | f voisine voisines       | 邻居 个
  person  | -           | actress actresses    | f actrice actrices       | 女演员 位
  person  | -           | baker bakers         | m boulanger boulangers   | 面包师 位
  person  | owned kin   | brother brothers     | m frère frères           | 哥哥 个
  person  | owned       | lawyer lawyers       | f avocate avocates       | 律师 位
* animal  | owned       | cat cats             | m chat chats             | 猫 只
* animal  | owned       | dog dogs             | m chien chiens           | 狗 条
  animal  | owned       | horse horses         | m cheval chevaux         | 马 匹
  animal  | -           | bird birds           | m oiseau oiseaux         | 鸟 只
  animal  | owned       | cow cows             | f vache vaches           | 奶牛 头
* text    | owned       | letter letters       | f lettre lettres         | 信 封
* text    | owned       | book books           | m livre livres           | 书 本
  text    | -           | story stories        | f histoire histoires     | 故事 个
  text    | owned       | poem poems           | m poème poèmes           | 诗 首
  text    | -           | article articles     | m article articles       | 文章 篇
* food    | owned       | apple apples         | f pomme pommes           | 苹果 个
* food    | owned       | cake cakes           | m gâteau gâteaux         | 蛋糕 块
  food    | owned       | orange oranges       | f orange oranges         | 橙子 个
  food    | -           | egg eggs             | m œuf œufs               | 鸡蛋 个
  food    | owned       | meal meals           | m repas repas            | 饭 顿
* thing   | owned       | key keys             | f clé clés               | 钥匙 把
* thing   | owned       | bag bags             | m sac sacs               | 包 个
  thing   | owned       | umbrella umbrellas   | m parapluie parapluies   | 雨伞 把
  thing   | owned       | photo photos         | f photo photos           | 照片 张
  thing   | -           | box boxes            | f boîte boîtes           | 盒子 个
  thing   | owned       | knife knives         | m couteau couteaux       | 刀 把
* machine | owned       | car cars             | f voiture voitures       | 汽车 辆
* machine | owned       | bicycle bicycles     | m vélo vélos             | 自行车 辆
  machine | owned       | watch watches        | f montre montres         | 手表 块
  machine | owned       | computer computers   | m ordinateur ordinateurs | 电脑 台
* opening | -           | door doors           | f porte portes           | 门 扇
* opening | -           | window windows       | f fenêtre fenêtres       | 窗户 扇
  opening | -           | drawer drawers       | m tiroir tiroirs         | 抽屉 个
* clothes | owned       | hat hats             | m chapeau chapeaux       | 帽子 顶
* clothes | owned       | dress dresses        | f robe robes             | 裙子 条
  clothes | owned       | coat coats           | m manteau manteaux       | 大衣 件
  clothes | owned       | shirt shirts         | f chemise chemises       | 衬衫 件
* site    | -           | station              | f gare                   | 车站 个
* site    | -           | hotel                | m hôtel                  | 酒店 家
* site    | owned       | school               | f école                  | 学校 所
  site    | -           | market               | m marché                 | 市场 个
  site    | -           | library              | f bibliothèque           | 图书馆 座
  site    | -           | hospital             | m hôpital                | 医院 家
  site    | -           | museum               | m musée                  | 博物馆 座
* area    | owned       | garden               | m jardin                 | 花园 个
* area    | owned       | house                | f maison                 | 房子 座
  area    | owned       | kitchen              | f cuisine                | 厨房 个
  area    | -           | park                 | m parc                   | 公园 个
  area    | owned       | village              | m village                | 村庄 个
  area    | -           | forest               | f forêt                  | 森林 片
"""

NAMES = """
  kind | en       | fr        | zh
* name | paul 3s  | paul m3s  | 保罗 -
* name | anne 3s  | anne f3s  | 安妮 -
  name | marie 3s | marie f3s | 玛丽 -
  name | louis 3s | louis m3s | 路易 -
  name | hugo 3s  | hugo m3s  | 雨果 -
"""

PRONOUNS = """
  kind                 | en          | fr        | zh
* personal pronoun     | i 1s        | je|j' m1s | 我 -
* personal pronoun     | he 3s       | il m3s    | 他 -
* personal pronoun     | she 3s      | elle f3s  | 她 -
  personal pronoun     | we 1p       | nous m1p  | 我们 -
  personal pronoun     | you 2p      | vous m2p  | 你 -
* personal pronoun     | they 3p     | ils m3p   | 他们 -
* third-person pronoun | he 3s       | il m3s    | 他 -
* third-person pronoun | she 3s      | elle f3s  | 她 -
* third-person pronoun | they 3p     | ils m3p   | 他们 -
* object pronoun       | him 3s      | le|l' m3s | 他 -
* object pronoun       | her 3s      | la|l' f3s | 她 -
* object pronoun       | them 3p     | les m3p   | 他们|它们 -
* them                 | them 3p     | les m3p   | 他们|它们 -
* me or us             | me 1s       | me|m' m1s | 我 -
  me or us             | us 1p       | nous m1p  | 我们 -
  me or us             | you 2p      | vous m2p  | 你 -
* dative pronoun       | him 3s      | lui m3s   | 他 -
* dative pronoun       | her 3s      | lui m3s   | 她 -
* dative pronoun       | them 3p     | leur m3s  | 他们 -
* to dative pronoun    | ~to him 3s  | lui m3s   | ~跟 他 -
* to dative pronoun    | ~to her 3s  | lui m3s   | ~跟 她 -
* to dative pronoun    | ~to them 3p | leur m3s  | ~跟 他们 -
* nothing              | 3s          | m3s       | -
"""

VERBS = """
  kind                              | manner         | en                                 | fr                                                                     | zh
* person animal text thing machine  | state          | see sees saw seeing                | voir vois voit voyons voyez voient vu                                  | 看见
* person animal thing               | action         | look looks looked looking ~at      | regarder                                                               | 看
* person animal thing clothes       | action         | look looks looked looking ~for     | chercher futur                                                         | 找
  person animal text thing clothes  | state          | find finds found finding           | trouver futur                                                          | 找到 present=了
* person animal                     | state          | love loves loved loving            | aimer aim-                                                             | 爱 past=过 static
* person                            | state nowhere  | know knows knew knowing            | connaître connais connaît connaissons connaissez connaissent connaiss- | 认识 past=- static
* person                            | action         | help helps helped helping          | aider                                                                  | 帮助
  person                            | action         | invite invites invited inviting    | inviter                                                                | 邀请
  person                            | action         | wait waits waited waiting ~for     | attendre attends attend attendons attendez attendent attendu           | 等
  animal clothes                    | action         | wash washes washed washing         | laver                                                                  | 洗
* text food thing clothes machine   | action         | buy buys bought buying             | acheter achète achète achetons achetez achètent                        | 买
  food animal clothes machine       | action         | sell sells sold selling            | vendre vends vend vendons vendez vendent vendu                         | 卖
* animal text thing clothes machine | state          | have has had having                | avoir ai a avons avez ont av-                                          | 有 past=-
* text                              | action         | write writes wrote writing         | écrire écris écrit écrivons écrivez écrivent écrit                     | 写
  text food                         | action         | finish finishes finished finishing | finir finis finit finissons finissez finissent fini                    | 完成 text=写完 food=吃完 present=了 coming=快要
* food                              | action         | eat eats ate eating                | manger mange mange mangeons mangez mangent                             | 吃
  text food thing                   | action nowhere | bring brings brought bringing      | apporter                                                               | 带来 coming=要 purpose=拿来 把
  thing text clothes                | state          | lose loses lost losing             | perdre perds perd perdons perdez perdent perdu                         | 弄丢 present=了 把
  thing text clothes                | state          | forget forgets forgot forgetting   | oublier                                                                | 忘记 present=了
* machine opening                   | action         | repair repairs repaired repairing  | réparer                                                                | 修理
* opening                           | action         | open opens opened opening          | ouvrir ouvre ouvre ouvrons ouvrez ouvrent ouvert                       | 打开 把
  opening                           | action         | close closes closed closing        | fermer                                                                 | 关上 把
* clothes                           | action nowhere | wear wears wore wearing            | porter                                                                 | 穿 顶=戴 着
* visiting                          | action         | visit visits visited visiting      | visiter                                                                | 参观
* alone beast                       | action         | sleep sleeps slept sleeping        | dormir dors dort dormons dormez dorment dormi                          | 睡觉
* alone                             | action         | sing sings sang singing            | chanter                                                                | 唱歌
* alone                             | action         | work works worked working          | travailler                                                             | 工作
  alone                             | action         | dance dances danced dancing        | danser                                                                 | 跳舞
  beast                             | action         | run runs ran running               | courir cours court courons courez courent couru                        | 跑
* motion                            | action         | arrive arrives arrived arriving    | arriver est arrivé                                                     | 来 coming purpose=报到
  motion                            | action         | stay stays stayed staying          | rester est resté                                                       | 留下来 coming purpose=住下
  fall                              | action         | fall falls fell falling            | tomber est tombé                                                       | 摔倒 present=了 coming
* going                             | action         | go goes went going                 | aller vais va allons allez vont est allé                               | 去 coming
  going                             | action         | return returns returned returning  | retourner est retourné                                                 | 回 coming
* reflexive                         | action         | rest rests rested resting          | reposer est reposé                                                     | 休息
  reflexive                         | action         | walk walks walked walking          | promener promène promène promenons promenez promènent est promené      | 散步
  rise                              | action         | hurry hurries hurried hurrying     | dépêcher est dépêché                                                   | 赶路
* addressing                        | action         | talk talks talked talking          | parler                                                                 | 说话
* giving                            | action         | give gives gave giving             | donner                                                                 | 给
  giving                            | action         | show shows showed showing          | montrer                                                                | 给 rest=看
  giving                            | action         | lend lends lent lending            | prêter                                                                 | 借给
* wanting                           | state          | want wants wanted wanting          | vouloir veux veut voulons voulez veulent voul-                         | 想 past=-
  wanting                           | state          | like likes liked liking            | aimer aim-                                                             | 喜欢 past=-
* saying                            | state          | say says said saying               | dire dis dit disons dites disent dit                                   | 说 past=-
  saying                            | state          | think thinks thought thinking      | penser pens-                                                           | 觉得 past=-
  saying                            | state          | know knows knew knowing            | savoir sais sait savons savez savent sav-                              | 知道 past=-
"""

ADJECTIVES = """
  place       | kind                                           | degree | en            | fr                                         | zh
* before      | animal thing machine text clothes area opening | yes    | small smaller | petit                                      | 小
* before      | animal thing machine area opening              | yes    | big bigger    | grand                                      | 大
* before      | site                                           | yes    | big bigger    | grand                                      | 大的 大
  later       | person                                         | yes    | tall taller   | grand                                      | 高
* before      | person                                         | yes    | young younger | jeune                                      | 年轻
* before      | animal                                         | yes    | young younger | jeune                                      | 年幼的
* before      | person animal                                  | yes    | old older     | vieux|vieil vieille vieux vieilles         | 年老的 老
* before      | thing machine text clothes opening             | yes    | old older     | vieux|vieil vieille vieux vieilles         | 旧
* before      | area site                                      | yes    | old older     | vieux|vieil vieille vieux vieilles         | 古老的
  before only | text clothes machine thing                     | no     | new           | nouveau|nouvel nouvelle nouveaux nouvelles | 新
* later       | person                                         | yes    | beautiful     | beau belle beaux belles                    | 漂亮的
* before      | animal clothes thing                           | yes    | beautiful     | beau|bel belle beaux belles                | 漂亮的
* before      | area                                           | yes    | beautiful     | beau|bel belle beaux belles                | 美丽的
* before      | text                                           | yes    | beautiful     | beau|bel belle beaux belles                | 优美的 美
  before      | food                                           | yes    | good          | bon bonne                                  | 好 好吃
* after       | person                                         | yes    | tired         | fatigué                                    | 疲惫的 累
* after       | person                                         | yes    | happy happier | heureux heureuse                           | 快乐的 高兴
* after       | person animal                                  | yes    | intelligent   | intelligent                                | 聪明的
  after       | person                                         | yes    | sad sadder    | triste                                     | 伤心的
  after       | person animal                                  | yes    | sick sicker   | malade                                     | 生病的 感到 不舒服
  after       | person                                         | yes    | famous        | célèbre                                    | 有名的 出名
* after       | text                                           | yes    | interesting   | intéressant                                | 有趣的
  after       | text                                           | yes    | difficult     | difficile                                  | 难懂的
* after       | clothes machine thing opening                  | no     | red           | rouge                                      | 红色的 是
* after       | clothes machine thing animal                   | no     | black         | noir                                       | 黑色的 是
  after       | clothes machine thing animal opening           | no     | white         | blanc blanche                              | 白色的 是
  after       | clothes machine thing opening                  | no     | green         | vert                                       | 绿色的 是
  after       | clothes machine                                | yes    | expensive     | cher chère                                 | 昂贵的 贵
* before      | food                                           | no     | excellent     | excellent                                  | 一流的 是
  after       | food                                           | no     | delicious     | délicieux délicieuse                       | 美味的
* later       | opening                                        | no     | closed        | fermé                                      | 关着的 是
  after       | clothes machine                                | yes    | dirty dirtier | sale                                       | 脏的
  after       | site area                                      | yes    | quiet quieter | tranquille                                 | 安静的
"""

DETERMINERS = """
  kind       | en         | fr                | zh
* the        | the        | le|l' la|l' les   | 那+ 那些 place=-
* a          | a|an some  | un une des        | 一+ 几+
* a before   | a|an some  | un une de|d'      | 一+ 几+
* any        | a|an any   | de|d' de|d' de|d' | - 任何
* this       | this these | ce|cet cette ces  | 这+ 这些
* possessive | my         | mon ma|mon mes    | 我 的
* possessive | his        | son sa|son ses    | 他 的
* possessive | her        | son sa|son ses    | 她 的
  possessive | our        | notre notre nos   | 我们 的
  possessive | your       | votre votre vos   | 你 的
  possessive | their      | leur leur leurs   | 他们 的
"""

ADVERBS = """
  kind             | en        | fr          | zh
* adverb           | often     | souvent     | 经常
  adverb           | always    | toujours    | 总是
  adverb           | rarely    | rarement    | 很少
* time present     | today     | aujourd'hui | 今天
  time progressive | now       | maintenant  | 现在
* time progressive | today     | aujourd'hui | 今天
* time past        | yesterday | hier        | 昨天
* time future      | tomorrow  | demain      | 明天
"""
