#include "slm/data/story_cast.h"

#include <array>
#include <iterator>

namespace slm::data {
namespace {

using Text = const char*;

constexpr std::array<Text, 40> kGirls = {"Anna",  "Lily",  "Mia",   "Clara", "Rosa",  "Ella",   "Nora",  "Ruby",
                                         "Zoe",   "Maya",  "Lucy",  "Emma",  "Sara",  "Ivy",    "Tess",  "Hana",
                                         "Nina",  "Leila", "Amy",   "Kate",  "Molly", "Sophie", "Grace", "Julia",
                                         "Wanda", "Mina",  "Olga",  "Paula", "Vera",  "Tara",   "Greta", "Alma",
                                         "Dora",  "Elsa",  "Fiona", "Holly", "June",  "Kira",   "Penny", "Yuki"};
constexpr std::array<Text, 40> kBoys = {"Tom",   "Ben",  "Max",    "Sam",    "Leo",   "Jack",   "Tim",   "Oscar",
                                        "Finn",  "Hugo", "Milo",   "Noah",   "Paul",  "Omar",   "Ravi",  "Theo",
                                        "Kai",   "Adam", "Daniel", "Eli",    "Felix", "Greg",   "Henry", "Ivan",
                                        "Jonah", "Karl", "Liam",   "Martin", "Ned",   "Otto",   "Peter", "Rob",
                                        "Simon", "Toby", "Victor", "Will",   "Zack",  "Arthur", "Bruno", "David"};
constexpr std::array<Text, 16> kSheAnimals = {"Daisy",  "Hazel", "Pip",    "Willow", "Pepper", "Tansy",
                                              "Clover", "Bella", "Minnie", "Poppy",  "Robin",  "Snowy",
                                              "Tilly",  "Dot",   "Olive",  "Amber"};
constexpr std::array<Text, 16> kHeAnimals = {"Rusty",  "Bramble", "Chip",   "Bobo",  "Copper", "Flint",
                                             "Gus",    "Moss",    "Nibble", "Patch", "Rufus",  "Sandy",
                                             "Tucker", "Uno",     "Basil",  "Acorn"};
constexpr std::array<Text, 12> kAnimalKinds = {"fox",   "rabbit",   "mouse",  "bear", "squirrel", "hedgehog",
                                               "otter", "duckling", "badger", "mole", "owl",      "beaver"};
constexpr std::array<Text, 14> kTraits = {"kind",   "brave", "curious", "cheerful",   "clever",
                                          "gentle", "quiet", "patient", "friendly",   "earnest",
                                          "eager",  "shy",   "careful", "adventurous"};

struct Elder {
  Text word;
  bool is_she;
};
constexpr std::array<Elder, 6> kElders = {{{"grandmother", true},
                                           {"grandfather", false},
                                           {"mother", true},
                                           {"father", false},
                                           {"aunt", true},
                                           {"uncle", false}}};

struct Place {
  Text preposition;
  Text name;
  Text spots[5];
  Text sights[4];
};
constexpr std::array<Place, 10> kPlaces = {{
    {"in",
     "the forest",
     {"under an old oak", "behind a mossy rock", "beside a tiny stream", "between the roots of a tall tree",
      "near a fallen log"},
     {"The birds were singing in the trees.", "The leaves whispered in the wind.", "The path was soft with moss.",
      "Sunlight fell through the green leaves."}},
    {"on",
     "the beach",
     {"under a flat stone", "in a pool between the rocks", "near an old boat", "behind a pile of seaweed",
      "beside a heap of shells"},
     {"The waves rolled in and out.", "White gulls cried above the water.", "The sand was warm and soft.",
      "Far away, a small ship was sailing."}},
    {"in",
     "the garden",
     {"under the rose bush", "behind the wooden shed", "beside the stone well", "between two rows of beans",
      "near the old gate"},
     {"Bees hummed around the flowers.", "The tomatoes were red and round.", "A snail was climbing up the wall.",
      "Everything smelled of mint and grass."}},
    {"at",
     "the market",
     {"under a fruit cart", "behind the flower stand", "beside the fountain", "between two baskets of apples",
      "near the baker's table"},
     {"People were talking and laughing everywhere.", "The air smelled of fresh bread.",
      "A man was playing a cheerful tune.", "Bright flags hung above the tables."}},
    {"in",
     "the meadow",
     {"in the tall grass", "under a lonely apple tree", "beside a patch of clover", "behind a low stone wall",
      "near a muddy pond"},
     {"Butterflies danced over the flowers.", "The grass was full of crickets.", "Three white clouds crossed the sky.",
      "A few sheep were eating quietly."}},
    {"by",
     "the river",
     {"under the wooden bridge", "behind a willow tree", "between the reeds", "beside a round gray stone",
      "near the old mill"},
     {"The water sparkled in the light.", "Small fish jumped and splashed.", "A heron stood on one leg.",
      "The river sang its bubbling song."}},
    {"on",
     "the hill",
     {"behind a big rock", "under a crooked pine", "beside the stone tower", "in a patch of wild thyme",
      "near a broken fence"},
     {"From the top, the houses looked like toys.", "The wind smelled of grass.", "A hawk circled in the sky.",
      "Yellow flowers grew along the path."}},
    {"in",
     "the park",
     {"under a long green bench", "behind the swings", "beside the duck pond", "near the bandstand",
      "between two chestnut trees"},
     {"Ducks were swimming in a row.", "A dog was chasing a ball.", "Some people were eating ice cream.",
      "Old men played chess in the shade."}},
    {"in",
     "the old barn",
     {"under a pile of hay", "behind a broken wheel", "beside the ladder", "inside an empty barrel",
      "near the big wooden door"},
     {"Dust floated in the light.", "A swallow had built a nest on a beam.", "It smelled of hay and apples.",
      "The floor creaked at every step."}},
    {"by",
     "the lake",
     {"under the little pier", "behind a clump of reeds", "between two smooth stones", "beside a blue boat",
      "near the lonely cabin"},
     {"The water was as smooth as glass.", "A frog sat on a lily leaf.", "Mist was rising from the lake.",
      "Dragonflies flew over the water."}},
}};

constexpr std::array<Text, 32> kThings = {
    "kite",    "ball",  "scarf", "drum",     "lantern", "button", "whistle", "hat",    "basket", "boat",     "book",
    "ring",    "bell",  "cup",   "umbrella", "flute",   "coat",   "key",     "marble", "wagon",  "doll",     "puzzle",
    "blanket", "brush", "purse", "spoon",    "compass", "teapot", "top",     "glove",  "bucket", "music box"};
constexpr std::array<Text, 16> kLooks = {"red",     "blue",  "green",  "yellow",    "silver", "golden",
                                         "orange",  "white", "purple", "beautiful", "little", "brown",
                                         "special", "old",   "bright", "lovely"};
constexpr std::array<Text, 12> kToys = {"kite",  "wagon",   "drum",    "boat",   "doll",         "basket",
                                        "flute", "whistle", "lantern", "puppet", "spinning top", "windmill"};
constexpr std::array<Text, 12> kSmallThings = {"button", "whistle", "ring",  "bell",    "key",   "marble",
                                               "coin",   "compass", "shell", "feather", "stone", "pencil"};
constexpr std::array<Text, 10> kFragileThings = {"cup",   "teapot", "plate", "vase", "jar",
                                                 "clock", "mirror", "bowl",  "lamp", "music box"};
constexpr std::array<Text, 6> kIngredients = {"milk", "sugar", "salt", "cinnamon", "butter", "cream"};
constexpr std::array<Text, 14> kFoods = {
    "honey cakes",   "apple pies", "ginger cookies", "cheese rolls", "plum tarts",   "pancakes",     "nut cakes",
    "berry muffins", "warm buns",  "oat cookies",    "lemon cakes",  "pumpkin pies", "cherry tarts", "almond cookies"};
constexpr std::array<Text, 12> kPets = {"kitten",   "puppy", "bird",    "lamb",     "turtle", "frog",
                                        "duckling", "owl",   "hamster", "hedgehog", "rabbit", "squirrel"};
struct Skill {
  Text verb;
  Text failed;
  Text done;
};
constexpr std::array<Skill, 8> kSkills = {{
    {"whistle", "made only a hissing sound", "whistled a whole song"},
    {"juggle", "dropped everything", "juggled three apples"},
    {"fly a kite", "could not get it off the ground", "made the kite dance in the sky"},
    {"ride a bicycle", "fell off at once", "rode all the way home"},
    {"play the flute", "made a terrible noise", "played a sweet little tune"},
    {"walk on stilts", "fell into the grass", "walked as tall as a giant"},
    {"stand on one hand", "fell over like a log", "stood as still as a tree"},
    {"skip stones on a pond", "heard only a loud splash", "made a stone jump seven times"},
}};
constexpr std::array<Text, 12> kTimes = {"One sunny morning",
                                         "One afternoon",
                                         "One windy day",
                                         "Early one morning",
                                         "One day",
                                         "One warm afternoon",
                                         "On the first day of spring",
                                         "On a cool autumn day",
                                         "On a bright summer morning",
                                         "One Sunday",
                                         "One Monday morning",
                                         "After breakfast one day"};
constexpr std::array<Text, 6> kHomes = {"in a small house", "in a little cottage",        "in a cozy home",
                                        "in a white house", "in a house with a red roof", "in an old stone house"};

void set_person(StorySlots& slots, const std::array<Text, 5>& names, Text name, Text kind, bool is_she) {
  slots.set(names[0], name);
  slots.set(names[1], is_she ? "she" : "he");
  slots.set(names[2], is_she ? "her" : "him");
  slots.set(names[3], is_she ? "her" : "his");
  slots.set(names[4], kind);
}

}  // namespace

void choose_cast(StoryDice& dice, StorySlots& slots) {
  const bool hero_is_she = dice.roll(2) == 0, are_animals = dice.roll(4) == 0;
  const Text hero_kind = are_animals ? dice.pick(kAnimalKinds) : hero_is_she ? "girl" : "boy";
  const Text friend_kind = are_animals ? dice.pick(kAnimalKinds) : hero_is_she ? "boy" : "girl";
  const Text she = are_animals ? dice.pick(kSheAnimals) : dice.pick(kGirls);
  const Text he = are_animals ? dice.pick(kHeAnimals) : dice.pick(kBoys);
  set_person(slots, {"h", "h.he", "h.him", "h.his", "h.kind"}, hero_is_she ? she : he, hero_kind, hero_is_she);
  set_person(slots, {"f", "f.he", "f.him", "f.his", "f.kind"}, hero_is_she ? he : she, friend_kind, !hero_is_she);
  slots.set("h.self", hero_is_she ? "herself" : "himself");

  const Elder& elder = dice.pick(kElders);
  slots.set("e", std::string("{h.his} ") + elder.word);
  slots.set("e.word", elder.word);
  slots.set("e.he", elder.is_she ? "she" : "he");
  slots.set("trait", dice.pick(kTraits));

  const Skill& skill = dice.pick(kSkills);
  slots.set("skill", skill.verb);
  slots.set("skill.failed", skill.failed);
  slots.set("skill.done", skill.done);

  const Place& place = dice.pick(kPlaces);
  const std::string name = place.name;
  slots.set("place", name);
  slots.set("in.place", std::string(place.preposition) + " " + name);
  slots.set("to.place", "to " + name);
  const size_t spot = dice.roll(std::size(place.spots));
  slots.set("spot", place.spots[spot]);
  slots.set("other.spot", place.spots[(spot + 1 + dice.roll(std::size(place.spots) - 1)) % std::size(place.spots)]);
  slots.set("sight", dice.pick(place.sights));

  const Text noun = dice.pick(kThings);
  slots.set("noun", noun);
  const Text look = dice.pick(kLooks);
  slots.set("look", look);
  slots.set("thing", std::string(look) + " " + noun);
  slots.set("toy", dice.pick(kToys));
  slots.set("small", dice.pick(kSmallThings));
  slots.set("fragile", dice.pick(kFragileThings));
  slots.set("missing", dice.pick(kIngredients));
  slots.set("food", dice.pick(kFoods));
  slots.set("pet", dice.pick(kPets));
  slots.set("time", dice.pick(kTimes));
  slots.set("home", std::string(dice.pick(kHomes)) + " near " + name);
}

}  // namespace slm::data
