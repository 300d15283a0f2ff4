"""Characters that people mix up and Unicode keeps apart, for search keys only.

Every group is one line; its first character stands for all of them in a search key. Old and new
forms of kanji (旧字体), printed forms (俗字) and parts that NFKC leaves alone are here because the
same family is written 高橋 on one list and 髙橋 on the next. Content is never changed by this.

Any change to this file needs a new `models.text.SEARCH_KEY_VERSION`: stored indexes are rebuilt.
"""

from typing import Final

_KANJI: Final = """
高髙 崎﨑嵜㟢碕 辺邊邉 斎齋斉齊 吉𠮷 沢澤 島嶋嶌㠀 浜濱濵 桜櫻 国國圀 広廣 滝瀧 竜龍 恵惠
真眞 条條 鉄鐵鉃 徳德 恒恆 黒黑 緑綠 清淸 瀬瀨 頼賴 増增 曽曾 横橫 戸戶
与與 予豫 余餘 豊豐 万萬 宝寶寳 宮宫 実實 寿壽夀 栄榮 円圓 応應 桧檜 関關
沖冲 亀龜 児兒 静靜 弥彌 弁辨瓣辯 来來 蔵藏 学學斈 巌巖巗 館舘 富冨 峰峯 秋秌
穂穗 検檢 験驗 権權 楽樂 薬藥 桑桒 柳栁桺 柏栢 梅楳 杉杦 松枩 芦蘆 薗園
虎乕 蛍螢 蚕蠶 衛衞 覚覺 観觀 証證 読讀 譲讓 変變 弐貳 売賣 賛贊 践踐
軽輕 転轉 逓遞 遅遲 郷鄕鄉 酔醉 釈釋 鋭銳 鋪舗 録錄 銭錢 鎌鐮 鑑鑒 閲閱
陥陷 陽阳 険險 随隨 隠隱 隣鄰 雑雜 霊靈 青靑 顔顏 顕顯 駅驛 駆驅 騒騷
髪髮 鶏鷄雞 鴎鷗 麦麥 麺麵 黄黃 点點 党黨 歯齒 乗乘 乱亂 争爭 亜亞 京亰
仏佛 仮假 伝傳 会會 体體 価價 倹儉 兎兔 内內 写寫冩 処處 剣劍劔剱 剰剩 励勵
労勞 効效 勅敕 勲勳 勧勸 区區 医醫 単單 即卽 巻卷 厳嚴 参參 双雙 収收
叙敍敘 号號 呉吳 善譱 喜㐂 嘱囑 団團 囲圍 図圖 圧壓 堕墮 塩鹽 壊壞 壌壤
壮壯 声聲 奥奧 奨奬 姉姊 娘嬢孃 宇㝢 寛寬 対對 専專 将將 尽盡 尭堯 届屆
属屬 岳嶽 岡崗 峡峽 巣巢 帯帶 帰歸 庁廳 庄荘莊 廃廢 弾彈 当當 径徑 従從
徴徵 恋戀 悦悅 悩惱 悪惡 惨慘 懐懷 戦戰 戯戲 払拂 抜拔 択擇 担擔 拝拜
拠據 拡擴 挙擧舉 挟挾 挿插 捜搜 掲揭 揺搖 摂攝 撃擊 数數 断斷 旧舊 昼晝
晃晄 晋晉 暁曉 暦曆 枢樞 柿柹 栃杤 栖棲 桟棧 様樣 楼樓 槙槇 概槪 欧歐
歓歡 歩步 歳歲 歴歷 残殘 殴毆 毎每 気氣 没沒 浄淨 浅淺 涙淚 渇渴 済濟
渉涉 渋澁澀 渓溪谿 湾灣 湿濕 満滿 滞滯 潜潛濳 潅灌 焼燒 炉爐 為爲 焔焰 熙煕凞
燈灯 犠犧 状狀 独獨 狭狹 猟獵 献獻 獣獸 瑶瑤 瓶甁 畝畆 畳疊 痩瘦 発發
皐皋 県縣 研硏 砕碎 礒磯 礼禮 祢禰 禄祿 禅禪 祷禱 称稱 稲稻 穏穩 穣穰
窃竊 竪豎 篭籠 粋粹 糸絲 経經 絵繪 継繼 続續 総總 縁緣 縄繩 縦縱 繊纖
缶罐 翻飜 聡聰 聴聽 脇脅 脳腦 臓臟 台臺 艶艷 芸藝 茎莖 菊蘜 薫薰 虚虛
虫蟲 蝉蟬 蛮蠻 装裝 触觸 訳譯 誉譽 説說 謡謠 賎賤 辞辭 遥遙 郎郞 醤醬
鈎鉤 錬鍊 鎖鎻 鎮鎭 閉閇 陰隂 隷隸 頚頸 頬頰 顛顚 飲飮 餅餠 鯵鰺 鴬鶯
麹麴 臈﨟 黙默 寧寕 宜冝 冴冱 凛凜 凉涼 厨廚 呂吕 哲喆 野埜 夘卯 妙玅
庵菴 強强 彦彥 慎愼 撹攪 教敎 昂昻 昇曻 晒曬 曳曵 本夲 檪櫟 淵渕渊 淳湻
温溫 珎珍 産產 留畄 盃杯 砺礪 竃竈 箪簞 緒緖 羹羮 肇肈 胆膽 脱脫 舎舍
船舩 莱萊 蒋蔣 薮藪 蕊蘂 蝋蠟 蠣蛎 諌諫 醸釀 釜釡 鋳鑄 村邨 枡桝 壱壹
涛濤 欅﨔 略畧 妍姸
"""
KANJI: Final[tuple[str, ...]] = tuple(_KANJI.split())

_RADICALS: Final = """
長⻑ 西⻄ 青⻘ 黄⻩ 斉⻫ 歯⻭ 竜⻯ 亀⻲ 虎⻁ 食⻝ 角⻆ 鬼⻤ 麦⻨ 見⻅ 車⻋ 門⻔ 馬⻢ 魚⻥ 鳥⻦ 民⺠
"""
RADICALS: Final[tuple[str, ...]] = tuple(_RADICALS.split())
"""Radical forms that scanners and PDF copies leave behind and NFKC does not fold."""

LINES: Final = "-‐‑‒–—―−ー─━﹘〜~∼∿〰⁓﹣⸺⸻ｰ゠⁻₋˗"
"""Hyphens, dashes, long-vowel and wave marks: whoever types one rarely knows which it was."""
