export interface Emoji {
  readonly sign: string;
  /** Words in English and Ukrainian by which it is found; the first two are its names. */
  readonly words: readonly string[];
}

/** `sign, English name, Ukrainian name, more words` */
const LINES = `
😀,grinning,усмішка,smile радість
😃,happy,радість,smile щастя
😄,laughing eyes,сміх,smile весело
😁,beaming,сяюча усмішка,smile
😅,relief,полегшення,sweat піт
😂,tears of joy,сміх до сліз,lol
🙂,slight smile,легка усмішка,smile
🙃,upside down,догори дриґом,іронія
😉,wink,підморгування,натяк
😊,blush,сором'язлива усмішка,smile мило
😇,angel,янгол,halo
🥰,in love,закоханий,hearts сердечка
😍,heart eyes,очі-сердечка,love любов
😘,kiss,поцілунок,love
😋,yummy,смачно,food
😎,cool,крутий,sunglasses окуляри
🤓,nerd,розумник,glasses
🤔,thinking,роздуми,hmm думаю
🤗,hug,обійми,дякую
🤝,handshake,рукостискання,deal згода
🤩,star struck,захват,wow
🥳,party,свято,celebration вечірка
😐,neutral,байдужість,meh
😏,smirk,посмішка,хитрий
😴,sleeping,сон,night ніч
😔,sad,сум,pensive смуток
😢,crying,плач,tear сльоза
😭,sobbing,ридання,cry плач
😤,frustrated,роздратування,angry
😡,angry,злість,mad гнів
😱,scream,жах,fear страх
😳,flushed,зніяковіння,ніяково
😬,grimace,незручно,ой
🙄,eye roll,закочені очі,
😷,mask,маска,sick хвороба
🤒,sick,хворий,fever температура
🤧,sneeze,нежить,cold застуда
🤯,mind blown,вибух мозку,wow
🤦,facepalm,долоня на обличчі,ой
🤷,shrug,знизую плечима,не знаю
🙏,please,будь ласка,thanks дякую прошу
👋,wave,привіт,hello bye вітання
👍,thumbs up,добре,ok yes так згода
👎,thumbs down,погано,no ні
👌,okay,гаразд,ok
✌️,victory,перемога,peace мир
🤞,fingers crossed,схрещені пальці,luck удача
👏,clapping,оплески,bravo браво
🙌,raised hands,ура,hooray
💪,strong,сила,muscle
✍️,writing,пишу,write
👉,point right,вказую праворуч,там
👇,point down,вказую вниз,тут
☝️,point up,вказую вгору,увага
👀,eyes,очі,look дивлюся
❤️,red heart,серце,love любов червоне
🧡,orange heart,помаранчеве серце,love
💛,yellow heart,жовте серце,love
💚,green heart,зелене серце,love
💙,blue heart,синє серце,love
💜,purple heart,фіолетове серце,love
🖤,black heart,чорне серце,
💔,broken heart,розбите серце,sad
💯,hundred,сто,perfect відсотків
🔥,fire,вогонь,hot
⭐,star,зірка,
✨,sparkles,блиск,magic
⚡,lightning,блискавка,fast швидко
☀️,sun,сонце,weather погода
🌧️,rain,дощ,weather погода
❄️,snow,сніг,winter зима
🌹,rose,троянда,flower квітка
💐,bouquet,букет,flowers квіти
🌻,sunflower,соняшник,flower квітка
🎄,christmas tree,ялинка,різдво новий рік
🎉,tada,вітання,party свято конфеті
🎁,gift,подарунок,present
🎂,cake,торт,birthday день народження
🎈,balloon,кулька,party
🏆,trophy,кубок,win перемога
🥇,gold medal,золота медаль,first
☕,coffee,кава,tea чай
🍕,pizza,піца,food їжа
🍎,apple,яблуко,fruit
🍰,dessert,десерт,cake
🛒,cart,кошик,shopping покупки
🛍️,shopping bags,покупки,bag
📦,parcel,посилка,box delivery доставка
🚚,truck,вантажівка,delivery доставка
✈️,plane,літак,trip
🚗,car,авто,машина
🏠,house,дім,home
🏪,shop,магазин,store
🏦,bank,банк,money
📍,location,місце,pin адреса
🗺️,map,мапа,карта
💰,money,гроші,
💳,card,картка,payment оплата
🧾,receipt,чек,bill рахунок
💸,spending,витрати,money
🏷️,label,цінник,price sale знижка
📞,phone,телефон,call дзвінок
📱,mobile,мобільний,phone
💻,laptop,ноутбук,computer
🖨️,printer,принтер,print
📷,camera,фотоапарат,photo фото
🎵,music,музика,note
🔋,battery,батарея,charge
💡,idea,ідея,lamp лампа
🔧,wrench,ключ,repair ремонт
🔑,key,ключ,
🔒,lock,замок,secure
🔔,bell,дзвінок,reminder
📅,calendar,календар,date дата
⏰,alarm,будильник,time час
⏳,hourglass,пісочний годинник,wait чекайте
📝,memo,нотатка,note
📎,paperclip,скріпка,attach
📌,pushpin,кнопка,pin
✉️,letter,лист,mail пошта
📧,email,електронна пошта,mail
📄,document,документ,file
📈,growth,зростання,chart
🔗,link,посилання,url
🔍,search,пошук,find
✅,check,готово,done yes так
☑️,ticked,позначено,done
❌,cross,ні,no cancel скасовано
❗,exclamation,увага,important важливо
❓,question,питання,
⚠️,warning,попередження,attention увага
🚫,forbidden,заборонено,no
🆗,ok,окей,добре
🆕,new,нове,
🔄,refresh,оновлення,again обмін
➡️,right arrow,стрілка праворуч,next
⬇️,down arrow,стрілка вниз,
🟢,green circle,зелене коло,
🟡,yellow circle,жовте коло,
🔴,red circle,червоне коло,
🇺🇦,ukraine,україна,flag прапор
🐱,cat,кіт,pet
🐶,dog,собака,pet
👶,baby,дитина,малюк
👨‍💻,technologist,айтівець,computer
👩‍💼,office worker,менеджерка,work робота
👗,dress,сукня,clothes одяг
👟,sneaker,кросівок,shoes взуття
🎓,graduation,випускний,навчання
💊,pill,ліки,medicine
🧸,teddy,іграшка,toy
`;

export const EMOJI: readonly Emoji[] = LINES.trim()
  .split("\n")
  .map((line) => {
    const [sign = "", english = "", ukrainian = "", more = ""] = line.split(",");
    return { sign, words: [english, ukrainian, ...more.split(" ").filter(Boolean)] };
  });

/** Those one of whose words begins with what is asked for; all of them when nothing is. */
export function findEmoji(asked: string): readonly Emoji[] {
  const words = asked.trim().toLocaleLowerCase();
  if (!words) return EMOJI;
  const isHit = (one: string): boolean =>
    one.startsWith(words) || one.split(" ").some((part) => part.startsWith(words));
  return EMOJI.filter((emoji) => emoji.words.some(isHit));
}
