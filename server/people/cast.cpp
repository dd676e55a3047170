#include "server/people/cast.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace plenary::people {
namespace {

constexpr std::size_t kCategories = 5;
constexpr std::array<std::string_view, kCategories> kCategory = {"government", "private_sector", "civil_society",
                                                                 "academia", "international_organization"};
constexpr std::size_t kNamesEach = 5;
constexpr std::size_t kTopics = 5;

enum Tongue : std::uint8_t { english, french, spanish, arabic, chinese, russian };

struct Words {
  std::string_view code;
  std::array<std::string_view, kCategories> organisations;  // by category
  std::array<std::string_view, kTopics> topics;
  std::string_view before;  // the topic, in a speech
  std::string_view after;
};

constexpr std::array<Words, 6> kWords = {{
    {"en",
     {"Ministry of Digital Development", "Rural Networks Ltd", "Open Schools Alliance", "Institute of Internet Studies",
      "Regional Telecommunication Union"},
     {"Affordable access in rural areas", "Accessibility from the first day of design", "Trust in online services",
      "Open data for public services", "Digital skills for older people"},
     "Thank you, Chair. I would like to speak about this subject: ",
     ". Much has been done, and much is left to do. We propose that the results be measured every year, and that those "
     "who are not connected be asked first. Connection alone is not enough: it has to be affordable, it has to be "
     "accessible, and it has to speak the language of those who use it. Thank you."},
    {"fr",
     {"Ministère des Postes et du Numérique", "Réseaux du Sud SA", "Collectif Écoles ouvertes", "Université du Fleuve",
      "Organisation des autorités de régulation"},
     {"Accès abordable dans les zones rurales", "Les langues locales en ligne", "Financer les réseaux communautaires",
      "Cybersécurité des petites administrations", "Égalité des genres dans le numérique"},
     "Merci, Monsieur le Président. Je voudrais parler du sujet suivant : ",
     ". Beaucoup a été fait, et beaucoup reste à faire. Nous proposons de mesurer les résultats chaque année, et de "
     "demander d'abord l'avis de ceux qui ne sont pas connectés. La connexion seule ne suffit pas : elle doit être "
     "abordable, accessible, et parler la langue de ceux qui l'utilisent. Je vous remercie."},
    {"es",
     {"Ministerio de Telecomunicaciones", "Redes Andinas SA", "Fundación Voces Conectadas",
      "Universidad del Pacífico Sur", "Comisión Regional de Telecomunicaciones"},
     {"Redes comunitarias en zonas rurales", "Inclusión digital de las personas mayores",
      "Conectividad de las escuelas", "Datos abiertos y transparencia", "Lenguas indígenas en internet"},
     "Gracias, señora Presidenta. Quisiera hablar sobre este tema: ",
     ". Se ha hecho mucho, y queda mucho por hacer. Proponemos medir los resultados cada año, y preguntar primero a "
     "quienes no están conectados. La conexión por sí sola no basta: tiene que ser asequible, accesible, y hablar la "
     "lengua de quienes la usan. Muchas gracias."},
    {"ar",
     {"وزارة الاتصالات وتقانة المعلومات", "شركة شبكات الواحة", "جمعية النفاذ للجميع", "معهد دراسات الإنترنت",
      "الاتحاد الإقليمي للاتصالات"},
     {"النفاذ الميسور في المناطق الريفية", "المحتوى العربي على الإنترنت", "مهارات الشباب الرقمية",
      "حماية البيانات الشخصية", "الذكاء الاصطناعي والتنمية"},
     "شكرا سيدي الرئيس. أود أن أتحدث عن هذا الموضوع: ",
     ". لقد أنجز الكثير وبقي الكثير. نقترح أن تقاس النتائج كل سنة، وأن يسأل أولا من لا يملك اتصالا. الاتصال وحده لا "
     "يكفي: يجب أن يكون ميسورا ومتاحا وبلغة من يستعمله. شكرا جزيلا."},
    {"zh",
     {"数字发展部", "长河网络有限公司", "乡村教育联盟", "互联网研究院", "区域电信组织"},
     {"农村地区的可负担接入", "老年人的数字技能", "人工智能与可持续发展", "网络安全能力建设", "开放数据与公共服务"},
     "谢谢主席。我想就以下议题发言：",
     "。我们已经做了很多，还有很多要做。我们建议每年衡量成果，并且首先听取尚未联网的人的意见。仅有连接是不够的，"
     "它必须是可负担的、无障碍的，并且使用当地人民的语言。谢谢大家。"},
    {"ru",
     {"Министерство цифрового развития", "ООО «Северные сети»", "Фонд «Открытая школа»",
      "Институт исследований интернета", "Региональное содружество связи"},
     {"Доступная связь в сельской местности", "Цифровые навыки для всех", "Защита детей в сети",
      "Открытые данные и государственные услуги", "Безопасность критической инфраструктуры"},
     "Спасибо, господин председатель. Я хотел бы сказать несколько слов по теме: ",
     ". Сделано много, и многое ещё предстоит. Мы предлагаем измерять результаты каждый год и прежде всего спрашивать "
     "тех, кто ещё не подключён. Одной связи мало: она должна быть доступной по цене, удобной для всех и говорить на "
     "языке тех, кто ею пользуется. Спасибо."},
}};

struct Region {
  Tongue tongue;
  std::array<std::string_view, kNamesEach> given;
  std::array<std::string_view, kNamesEach> family;
  std::array<std::string_view, 2> countries;
  bool family_first = false;  // and without a blank
};

constexpr std::array<Region, 10> kRegions = {{
    {french,
     {"Aminata", "Cheikh", "Fatou", "Mamadou", "Rokhaya"},
     {"Diop", "Sow", "Koné", "Traoré", "Ouédraogo"},
     {"SN", "CI"}},
    {chinese, {"伟", "静", "晓明", "丽华", "建国"}, {"王", "李", "张", "陈", "刘"}, {"CN", "CN"}, true},
    {english,
     {"Grace", "Samuel", "Wanjiru", "Joseph", "Thandiwe"},
     {"Mwangi", "Okafor", "Banda", "Ndlovu", "Achieng"},
     {"KE", "NG"}},
    {arabic, {"ليلى", "يوسف", "سلمى", "كريم", "نور"}, {"الحسن", "بنعلي", "المنصوري", "حداد", "الزهراني"}, {"MA", "EG"}},
    {spanish,
     {"Lucía", "Mateo", "Ximena", "Joaquín", "Inés"},
     {"Quispe", "Herrera", "Mamani", "Fuentes", "Ríos"},
     {"PE", "CO"}},
    {english,
     {"Ananya", "Rahim", "Priya", "Nimal", "Shirin"},
     {"Banerjee", "Chowdhury", "Iyer", "Perera", "Rao"},
     {"IN", "BD"}},
    {russian,
     {"Айгуль", "Иван", "Мария", "Тимур", "Ольга"},
     {"Садыкова", "Петренко", "Орлова", "Ким", "Белова"},
     {"KZ", "KG"}},
    {english,
     {"Sione", "Mere", "Tevita", "Ana", "Lani"},
     {"Tupou", "Vakatale", "Fonoti", "Ratu", "Leota"},
     {"FJ", "TO"}},
    {french,
     {"Élise", "Mathis", "Noémie", "Lars", "Margaux"},
     {"Lambert", "Dubois", "Keller", "Peeters", "Favre"},
     {"CH", "BE"}},
    {english,
     {"Nguyễn Thị", "Siti", "Kenji", "Jisoo", "Arief"},
     {"Hương", "Rahmawati", "Sato", "Park", "Wijaya"},
     {"VN", "ID"}},
}};

constexpr std::array<std::string_view, 4> kTitles = {"", "", "Prof.", "Dr"};

const Words& words_of(const Character& character) {
  return *std::ranges::find(kWords, std::string_view(character.language), &Words::code);
}

}  // namespace

Character make_character(std::uint32_t number) {
  const Region& region = kRegions[number % kRegions.size()];
  const std::size_t turn = number / kRegions.size();
  const std::size_t category = number % kCategories;
  const Words& words = kWords[region.tongue];
  // The first ten have each region's first names, the next ten the second ones, and so on; then families are mixed.
  const std::string_view given = region.given[turn % kNamesEach];
  const std::string_view family = region.family[(turn + turn / kNamesEach) % kNamesEach];
  Character character{.number = number,
                      .organisation = std::string(words.organisations[(category + turn) % kCategories]),
                      .category = std::string(kCategory[(category + turn) % kCategories]),
                      .country = std::string(region.countries[turn % 2]),
                      .language = std::string(words.code),
                      .place = number % 3 == 2 ? Place::room : Place::remote};
  character.name =
      region.family_first ? std::string(family) + std::string(given) : std::string(given) + " " + std::string(family);
  if (region.tongue == english) character.title = kTitles[number / 2 % kTitles.size()];
  return character;
}

std::string topic(const Character& character, std::uint64_t which) {
  return std::string(words_of(character).topics[which % kTopics]);
}

std::string speech(const Character& character, const std::string& topic) {
  const Words& words = words_of(character);
  return std::string(words.before) + topic + std::string(words.after);
}

}  // namespace plenary::people
