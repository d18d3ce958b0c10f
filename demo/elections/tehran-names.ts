/** Common first and family names of Iran in Latin and Persian letters, of which candidates are invented. */

/** A name in Latin and Persian letters. */
export interface NamePart {
  readonly en: string
  readonly fa: string
}

/** `Ahmad احمد` a line; a space within a name is a low line here. */
function parts(lines: string): readonly NamePart[] {
  return lines
    .trim()
    .split(/\s*,\s*/)
    .map((line) => {
      const [en = '', fa = ''] = line.split(' ').map((part) => part.replaceAll('_', ' '))
      return { en, fa }
    })
}

export const FIRST_NAMES = parts(`
Abbas عباس, Ahmad احمد, Ali علی, Ali-Akbar علی‌اکبر, Amir امیر, Arash آرش, Bahman بهمن, Bahram بهرام, Behzad بهزاد,
Dariush داریوش, Farhad فرهاد, Fereydoun فریدون, Ghasem قاسم, Gholamreza غلامرضا, Hadi هادی, Hamid حمید, Hasan حسن,
Hossein حسین, Houshang هوشنگ, Jamshid جمشید, Javad جواد, Kamran کامران, Keyvan کیوان, Khosrow خسرو, Kourosh کورش,
Mahdi مهدی, Majid مجید, Manouchehr منوچهر, Masoud مسعود, Maziar مازیار, Mohammad محمد, Mohammad-Reza محمدرضا,
Nader نادر, Naser ناصر, Parviz پرویز, Peyman پیمان, Ramin رامین, Reza رضا, Rouzbeh روزبه, Sadegh صادق, Saeed سعید,
Seyed-Mohammad سیدمحمد, Shahin شاهین, Shahram شهرام, Siavash سیاوش, Sohrab سهراب, Taher طاهر, Touraj تورج,
Yaser یاسر, Yousef یوسف, Zhoubin ژوبین,
Afsaneh افسانه, Anahita آناهیتا, Atefeh عاطفه, Bahareh بهاره, Banafsheh بنفشه, Elham الهام, Fariba فریبا,
Fatemeh فاطمه, Fereshteh فرشته, Golnaz گلناز, Haleh هاله, Hamideh حمیده, Homa هما, Katayoun کتایون, Khatereh خاطره,
Laleh لاله, Leila لیلا, Mahin مهین, Mahnaz مهناز, Manizheh منیژه, Maryam مریم, Masoumeh معصومه, Mina مینا,
Mitra میترا, Nahid ناهید, Narges نرگس, Nastaran نسترن, Nazanin نازنین, Negar نگار, Niloufar نیلوفر, Parisa پریسا,
Parvin پروین, Reyhaneh ریحانه, Roya رؤیا, Sara سارا, Sedigheh صدیقه, Sepideh سپیده, Setareh ستاره, Shabnam شبنم,
Shahla شهلا, Shirin شیرین, Somayeh سمیه, Soraya ثریا, Soudabeh سودابه, Tahereh طاهره, Taraneh ترانه, Yalda یلدا,
Zahra زهرا, Zeynab زینب, Zhaleh ژاله`)

export const FAMILY_NAMES = parts(`
Abbasi عباسی, Afshar افشار, Aghaei آقایی, Ahmadi احمدی, Akbari اکبری, Alizadeh علیزاده, Amiri امیری, Ansari انصاری,
Asadi اسدی, Azadi آزادی, Azari آذری, Azimi عظیمی, Azizi عزیزی, Bagheri باقری, Bahrami بهرامی, Bakhtiari بختیاری,
Bayat بیات, Chamani چمنی, Cheraghi چراغی, Daneshvar دانشور, Davoudi داوودی, Dehghan دهقان, Ebrahimi ابراهیمی,
Esfahani اصفهانی, Farahani فراهانی, Farahmand فرهمند, Fathi فتحی, Foroutan فروتن, Ghaffari غفاری, Ghanbari قنبری,
Ghasemi قاسمی, Gholami غلامی, Ghorbani قربانی, Golestani گلستانی, Goudarzi گودرزی, Habibi حبیبی, Hashemi هاشمی,
Hatami حاتمی, Hemmati همتی, Heydari حیدری, Hosseini حسینی, Hosseininejad_Tabatabaei حسینی‌نژاد_طباطبایی,
Jafari جعفری, Jahani جهانی, Jalali جلالی, Jamshidi جمشیدی, Kamali کمالی, Karimi کریمی, Kazemi کاظمی, Khalili خلیلی,
Khani خانی, Khosravi خسروی, Kiani کیانی, Lashkari لشکری, Lotfi لطفی, Maleki ملکی, Mansouri منصوری, Mehrabi مهرابی,
Mirmohammad-Sadeghi میرمحمدصادقی, Mirzaei میرزایی, Moghaddam مقدم, Mohammadi محمدی,
Mohammadian_Khorasani محمدیان_خراسانی, Mohseni محسنی, Momeni مؤمنی, Moradi مرادی, Mousavi موسوی, Naderi نادری,
Najafi نجفی, Nazari نظری, Nemati نعمتی, Nikou نیکو, Niknam نیک‌نام, Norouzi نوروزی, Nouri نوری, Panahi پناهی,
Parsa پارسا, Pirouz پیروز, Pourebrahim_Dehkordi پورابراهیم_دهکردی, Pourhosseini پورحسینی, Pourmohammad پورمحمد,
Rad راد, Rafiei رفیعی, Rahimi رحیمی, Ramezani رمضانی, Rezaei رضایی, Roshan روشن, Rostami رستمی, Saberi صابری,
Sabeti ثابتی, Sadeghi صادقی, Saeedi سعیدی, Safari صفری, Salehi صالحی, Salimi سلیمی, Shafiei شفیعی, Shahabi شهابی,
Sharifi شریفی, Shirazi شیرازی, Shokouhi شکوهی, Sobhani سبحانی, Soltan-Mohammadi سلطان‌محمدی, Sotoudeh ستوده,
Tabatabaei طباطبایی, Taghavi تقوی, Taheri طاهری, Tavakoli توکلی, Tehrani تهرانی, Vahidi وحیدی, Vakili وکیلی,
Vaziri وزیری, Yavari یاوری, Yazdani یزدانی, Yousefi یوسفی, Zakeri ذاکری, Zamani زمانی, Zarei زارعی, Zarifi ظریفی,
Zhiani ژیانی, Ziaei ضیایی`)

/** Lists are called after trees, weather and the like: there is no party of any such name here. */
export const LIST_NAMES = parts(`
Almond بادام, Apple سیب, Autumn پاییز, Blossom شکوفه, Brook جویبار, Cedar سدر, Cloud ابر, Cypress سرو, Dawn سپیده,
Desert کویر, Elm نارون, Fountain فواره, Garden باغ, Harvest خرمن, Lake دریاچه, Lantern فانوس, Maple افرا, Meadow چمنزار,
Moonlight مهتاب, Mountain کوهستان, Oak بلوط, Orchard بوستان, Plane_tree چنار, Pomegranate انار, Poplar سپیدار, Rain باران,
Rainbow رنگین‌کمان, Spring بهار, Sunrise طلوع, Tulip لاله, Violet بنفشه, Willow بید`)
