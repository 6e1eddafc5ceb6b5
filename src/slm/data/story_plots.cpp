#include "slm/data/story_plots.h"

#include <array>

namespace slm::data {
namespace {

constexpr StoryPhrase kPhrases[] = {
    {"opening",
     "[Once upon a time|Long ago|Once], there was {a} {trait} [little|young] {h.kind} named {h}. [{H.he} lived "
     "{home}.|{H} lived {home} with {e}.|{H.his} house stood near {place}.|Everyone near {place} knew {h.him}.]"},
    {"short.opening",
     "{h} was {a} {trait} [little|young] {h.kind} who lived {home}.[ {H.he} liked to [sing|draw|tell stories|climb "
     "trees|help {e}|watch the clouds].|]"},
    {"begin", "[{opening}|{opening}|{short.opening}]"},
    {"went", "[went|walked|ran|hurried]"},
    {"said", "[said|answered]"},
    {"cried", "[cried|shouted|called]"},
    {"very", "[very|so]"},
    {"happy", "[happy|glad|full of joy|so happy that {h.he} [danced|laughed|clapped]]"},
    {"sad", "[sad|unhappy|close to tears]"},
    {"smiled", "[smiled|nodded|laughed softly|gave {h.him} a hug]"},
    {"evening",
     "[That evening|That night|When the sun went down|Before bed], {h} [told {e} the whole story|sat by the fire and "
     "thought about the day|looked at the stars and smiled|slept very well]."},
    {"together",
     "[From that day on, {h} and {f} were the best of friends.|After that, {h} and {f} met every day.|{h} and {f} "
     "laughed all the way home.|And the two friends walked home, side by side.]"},
    {"thanks",
     "\"Thank you, {f},\" said {h}. \"[You are a true friend|I could not have done it without you|You are very "
     "kind].\""},
};

constexpr const char* kPlots[] = {
    // Something is lost, and found with a friend's help.
    "{begin} {H.his} favorite thing was {a} {thing}. [{h} took the {noun} everywhere.|{E} had given it to {h.him}.|{h} "
    "had found it long ago, on a rainy day.]\n{time}, {h} {went} {to.place}. {sight} {h} played there [for a long "
    "time|until noon|for hours]. But when it was time to go home, the {noun} was gone! [\"Oh no!\"|\"Where is "
    "it?\"|\"Where is my {noun}?\"] {cried} {h}. {H.he} looked {other.spot}, but [it was not there|there was "
    "nothing|{h.he} found only [leaves|dust|an old nail|a feather]]. {h} was {sad}.\n[Just then|After a while|A little "
    "later], [{f}|{h.his} friend {f}] came along. \"[What is wrong|Why are you so sad|What happened], {h}?\" asked "
    "{f}. \"I lost my {noun},\" {said} {h}. \"[Don't worry|Don't cry|Cheer up],\" said {f}. \"[Let us look for it "
    "together|I will help you|We will find it].\" They looked high and low. [At last|Finally|Then], {f} looked {spot}. "
    "\"[Look|Here it is|I see it]!\" {cried} {f}. There was the {thing}!\n{h} was {happy}. {thanks} {together}",

    // A small animal needs help.
    "{begin}\n{time}, {h} was [walking|playing|looking around] {in.place}. {sight} Suddenly, {h} heard a "
    "[small|soft|sad] sound. {Spot}, something moved. {h} [went closer|looked carefully|knelt down]. There sat a "
    "[tiny|little|small] {pet}, and it [could not move|had hurt its leg|was caught in an old net|was shaking with "
    "cold].\n\"[You poor thing|Poor little {pet}|Don't be afraid],\" {h} whispered. \"[I will help you|I will not hurt "
    "you].\" [At first|For a moment], the {pet} was afraid. But {h} was gentle and slow. {H.he} {went} home and told "
    "{e} about it. {E} brought a [warm blanket|small box|bowl of water], and together they carried the {pet} "
    "home.\nEvery day, {h} gave the {pet} [water and food|something to eat|fresh water] and talked to it. After [a "
    "week|some days|two weeks], the {pet} was well again. \"It is time to let it go,\" said {e}. {h} was a little sad, "
    "but {h.he} knew that {e} was right. {h} took the {pet} back {to.place}. It [looked at {h.him} once more|made a "
    "happy sound|turned around three times] and then it was gone.\n[But the {pet} did not forget. Sometimes it came to "
    "{h}'s window and said hello.|{h} smiled. \"Goodbye, little friend,\" {h.he} said.|The next morning, the {pet} was "
    "sitting in front of {h}'s door!]",

    // A present that needs three things.
    "{begin} Tomorrow was {e}'s birthday, and {h} had no present. \"I know!\" {h.he} said. \"I will make "
    "{food}.\"\n{h} looked in the kitchen. There was [plenty of flour|enough baking powder|a full jar of honey], but "
    "there was no {missing}. So {h} {went} to {f}'s house and knocked at the door. \"[Hello|Good morning], {f}. Do you "
    "have any {missing}?\" {h} asked, and told {f.him} about the {food}. \"[Of course|Yes, I do|Yes, take all you "
    "need],\" said {f}. \"May I help you?\" \"Yes, please!\" {said} {h}.\n[They mixed and stirred|They worked all "
    "afternoon|They sang while they worked]. [Flour flew everywhere.|{f} broke an egg on the floor, and they both "
    "laughed.|The first ones were burned, so they tried again.] [At last|Soon|In the end], the whole house smelled "
    "wonderful.\nThe next day, {h} gave {e} the {food}. \"[What a lovely surprise|How good they are|You made the best "
    "present of all]!\" said {e}. \"{f} helped me,\" said {h}. {E} {smiled}, and they all ate together until nothing "
    "was left.",

    // Learning takes patience.
    "{begin} More than anything, {h} wanted to learn to {skill}. [{H.his} friend {f} could do it already.|All of "
    "{h.his} friends could do it.|{E} had done it as a child.]\n{time}, {h} {went} [outside|into the yard|behind the "
    "house] to try. {H.he} tried once, but {h.he} {skill.failed}. {H.he} tried again, and it was no better. After the "
    "third time, {h} [sat down|threw {h.self} on the ground|kicked a stone] and said, \"[I will never learn it|It is "
    "too hard|I give up]!\"\n{E} had seen everything. \"[I failed many times too|Nobody can do it on the first "
    "day|Even birds must learn to fly],\" said {e}. \"[Try a little every day|Go slowly, and do not be afraid|Tomorrow "
    "we will try together].\" So {h} [tried again the next day, and the next, and the next|came back every day for two "
    "weeks|practiced every morning]. [It was hard.|Sometimes it rained.|{F} came to watch and cheered.] Then, one day, "
    "{h.he} {skill.done}! \"[I can do it|Look at me|I did it]!\" {cried} {h}. {E} clapped, and {h} was {happy}. "
    "{evening}",

    // Two friends and one thing.
    "{begin} {H.his} best friend was {f}. {time}, the two of them were playing {in.place}. {sight} {Spot}, they found "
    "{a} {look} {toy}. \"[It is mine|I saw it first|Give it to me]!\" said {h}. \"[No, it is mine|No, I saw it "
    "first|But I found it]!\" said {f}. [They pulled and pulled|They shouted at each other|{h} pulled on one side, and "
    "{f} pulled on the other]. [Crack!|Oh no!|Then there was a loud snap.] The {toy} [broke|fell to the ground and "
    "broke].\n[Nobody said a word|Both were quiet|For a while, it was very still]. Then {h} looked at {f}. \"I am "
    "sorry,\" said {h}. \"[A friend is more important than a {toy}|I did not want to be mean|I should have shared].\" "
    "\"I am sorry too,\" said {f}. \"[Maybe we can fix it|Let us mend it together|Let us ask your {e.word} for "
    "help].\"\nThey [found some glue and some string|sat down and worked for an hour|took the pieces home]. In the "
    "end, the {toy} looked [almost new|even better than before|a little strange, but they loved it]. \"[You can have "
    "it today, and I can have it tomorrow|Now it belongs to both of us|We will take turns],\" said {h}. {together}",

    // Someone new.
    "{begin}\n{time}, a new family moved into the house next door. They had {a} {f.kind} named {f}. {f} was {very} shy "
    "and did not talk to anyone. {h} saw {f.him} sitting alone {in.place}. \"[Hello|Hi]! My name is {h},\" {h.he} "
    "said. \"[Do you want to play|Would you like to see my {noun}|Are you new here]?\" But {f} only looked at the "
    "ground.\n{h} did not give up. The next day, {h.he} came back and brought {food}. \"[These are for you|I brought "
    "you some {food}|Take one, if you like],\" said {h}. {f} took one and [smiled a little|said thank you in a tiny "
    "voice|tasted it]. \"[It is very good|I like it],\" said {f}. Then {f.he} pulled {a} {look} {small} out of {f.his} "
    "pocket. \"[Look|I will show you something]. This is my {small}.\" \"[How beautiful|I like it very much|That is "
    "wonderful]!\" {cried} {h}.\nSoon they were talking and laughing. They played {spot} until [the sun went down|it "
    "was time for supper|the first stars came out]. {together}",

    // A seed and a long wait.
    "{begin} {time}, {e} gave {h} a [tiny|small|round] [brown|black|white] seed. \"[What will it be|What is "
    "inside|What does it do]?\" asked {h}. \"[Wait and see|Plant it, and you will find out|You must be patient],\" "
    "{said} {e}.\n{h} planted the seed [behind the house|beside the door|in a clay pot|under the kitchen window]. "
    "Every morning, {h.he} {went} there and gave it water. One week went by, and nothing happened. Two weeks went by, "
    "and still there was nothing. \"[Maybe it is asleep|Maybe it does not like me|It will never grow]!\" said {h}. "
    "{H.his} friend {f} laughed and said, \"[Seeds are slow|Good things take time|Give it one more week].\"\nThen it "
    "rained for [two|three|four] days. When the sun came back, {h} ran to look. A [tiny|small] green leaf was standing "
    "there! It grew and grew. [Months later|In the end|At last], it was [a sunflower, taller than {h}|a fat orange "
    "pumpkin|a bush full of sweet berries|a little apple tree]. {h} showed it to {e} and to {f}. \"[You were "
    "patient|You took good care of it|You did not give up],\" said {e}, and {h} was {very} proud.",

    // A race.
    "{begin} {time}, there was a great race from {place} to the [old bridge|church|school|mill]. {sight} \"[I am the "
    "fastest|Nobody can beat me|I will win, of course],\" said {f}. {h} was not fast, but {h.he} wanted to try. "
    "\"[One, two, three, go|Ready, set, go]!\" {cried} {e}.\n{f} ran ahead like the wind. {h} ran as well as {h.he} "
    "could. [Soon|Before long], {f} was far away. But near the end, {f} [tripped over a root|slipped in the "
    "mud|stepped into a hole] and fell. \"[Ouch|Oh|My foot]!\" {cried} {f}. The others ran past. {h} could run past "
    "too. But {h} stopped.\n\"[Are you hurt|Can you walk|Does it hurt much]?\" {h} asked. \"A little,\" said {f}. "
    "\"[Lean on me|Take my hand|I will help you],\" said {h}. Step by step, they went on together. They were the last "
    "of all, but everyone clapped and cheered. {E} gave them both {a} {thing}. \"[This is for the kindest runner|A "
    "good heart is better than fast feet|You won something better than a race],\" {e} said. {together}",

    // An old map.
    "{begin} {time}, {h} found an old map [in a dusty book|in a bottle|behind a picture|in {e}'s coat]. [It showed "
    "{place}.|{H.he} looked at it and saw {place}.] There was a red cross on it. \"[A treasure|It is a treasure "
    "map|What could be there]!\" whispered {h}. {H.he} {went} to {f} at once. \"Will you come with me?\" asked {h}. "
    "\"[Of course|Yes, let us go|Yes! I will bring a lamp],\" said {f}.\n[Together|A little later], they {went} "
    "{to.place}. {sight} First, they looked {other.spot}, but there was no treasure. \"[Turn the map around|You are "
    "holding it upside down|Let me see],\" said {f}. Then they counted ten steps and looked {spot}. They dug and dug. "
    "[Clunk!|Knock, knock!|Suddenly, they heard a sound.] There was a small [wooden|iron|green] box!\n{h} opened it "
    "slowly. Inside were {a} {look} {small} and a letter. \"[Share this with a friend|The best treasure is a good "
    "friend|Whoever finds this is lucky],\" it said. {h} and {f} looked at each other and laughed. {together}",

    // A noise in the night.
    "{begin} One [dark|stormy|cold|rainy] night, {h} could not sleep. [The wind blew around the house|The rain fell on "
    "the roof|The moon was hidden behind the clouds]. Then {h} heard a noise. [Tap, tap, tap|Scratch, scratch|Bump, "
    "bump]! \"[Who is there|What is that|Is it a monster]?\" whispered {h}, and pulled the blanket over {h.his} "
    "head.\nBut the noise did not stop. {h} took a deep breath. \"[I am brave|I will go and look|I am not afraid],\" "
    "{h.he} said to {h.self}. {H.he} lit a [small|little] lamp and [tiptoed|crept|walked softly] to the door. Slowly, "
    "{h.he} opened it. And what did {h.he} see? There sat a [wet|tiny|cold] little {pet}! \"[Oh, it is only you|You "
    "scared me|Come in, little one]!\" said {h}.\n{h} dried the {pet} with a towel and gave it something to eat. {E} "
    "woke up and came down the stairs. \"[What is going on|Who is your friend|Why are you awake]?\" asked {e}. \"[We "
    "have a guest|It was cold outside],\" {said} {h}. {E} {smiled}. Soon the {pet} was asleep in a basket, and {h} was "
    "asleep too.",

    // Telling the truth.
    "{begin} {E} had {a} {look} {fragile} and loved it very much. \"[Please be careful with it|Please do not touch "
    "it|It is very old],\" {e} always said. But one [day|morning|afternoon|evening], {h} was alone at home. {H.he} "
    "took the {fragile} down from the shelf, [just for a moment|only to look at it]. It slipped out of {h.his} hands. "
    "[Crash|Bang]! It lay on the floor, broken.\n{h} hid the pieces [under the bed|behind the curtain|in a drawer|at "
    "the bottom of a box]. [All day|At supper], {h.he} was very quiet. \"[Are you ill|Is something wrong|Why don't you "
    "eat]?\" asked {e}. \"[No, I am fine|It is nothing],\" {said} {h}, but {h.his} stomach hurt. That night, {h.he} "
    "could not sleep.\nIn the morning, {h} {went} to {e}. \"I broke your {fragile},\" {h.he} said, and tears ran down "
    "{h.his} face. \"I am so sorry.\" For a moment, {e} said nothing. Then {e.he} {smiled}. \"[Thank you for telling "
    "me|That was brave|The truth is worth more than a {fragile}],\" said {e}. \"[Let us mend it together|Everyone "
    "breaks something now and then|Next time, tell me at once].\" And {h}'s heart felt light again.",
};

}  // namespace

std::span<const char* const> story_plots() { return kPlots; }
std::span<const StoryPhrase> story_phrases() { return kPhrases; }

}  // namespace slm::data
