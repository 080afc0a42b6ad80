"""Forms of given names that languages write so differently that their sounds do not show it.

The forms are those of Belarusian, Russian, Ukrainian, Polish, Lithuanian and English, and what papers make of Arabic
and Hebrew names, in Latin letters. Names that only sound alike have lines of their own: Oleg and Olga.
"""

from __future__ import annotations

from typing import Final

_FORMS: Final = """
abdul abdullah abdallah abdulla bdalla
abdul abdulo
abraham abram avram ibrahim
abu abou abw
adam
ahmed ahmad ahmet ahmd
akram
aksana oksana
al el
alena aliona elena lena olena helena helen
alexander aleksandr aliaksandr aliaksandar oleksandr ales aleksandras alex
alexandra aliaksandra oleksandra
alexei alexis aliaksei oleksii aleksejus
ali alee ly
alina
alisa alice alicja alicia alica
alla
ambrose ambrosy amvrosy
amer aamir amr
amin ameen amyn
amina aminah amyna
amir ameer emir amyr
amira ameera amyra
ammar
anastasia nastassia nasta
anatol anatoly
andrei andriy andrew andrzej andzej andrius andrus andreas andre anders
angelika andzelika anzhalika anzhelika
ann anna hanna anya anne
anton antoni antanas
arina
artur arturas
asad
ashraf achraf
aslam
asma asmaa
athanasius afanasy apanas panas
ayman aiman eymen
aziz azeez
aziza azeeza
barbara varvara
bashar bachar
basil vasil vasily
basim bassem basem
basma basmah
benedict vikenty vincent vincuk vincenty
casimir kazimierz kazimer kazys
catherine katharine katsiaryna ekaterina kateryna katarzyna katya kotryna
charles karl karol karel karolis
christina kristina christine
christopher krzysztof hrystafor khristofor krystof kristofer
cyril kiril kyrylo
daniel danil danila danylo danielius
david dovydas daud dawood daoud
denis dzianis denys dionizy dionysius
diana
dina
diya dia
dmitry zmitser zmitsier dmytro dimitri demetrius
edward eduard edvardas
egor yahor
elijah ilya elias ilyas
elizabeth elizaveta lizaveta elzbieta liza
emil emilian
emilia emilie
eugene evgeny yauhen yevhen eugeniusz
eugenia evgenia yauheniya
eva eve
fadi fady
fadia fadiya
faisal faysal feisal
farid fareed ferid
farida fareeda ferida
fasila
fedor fyodor fiodar fedir teodor theodore khvedar todar
felicia felicja felitsia
francis francisak franciszek franz frank francois
gabriel havryla gavriil havrylo hauryla
gaddafi qaddafi kadhafi qadhafi gadhafi kaddafi khadafi gheddafi qdhafy
galina
george jerzy jurgis georgy dzhordzh
george jerzy jurgis yury youri youras yuras
gregory grigory ryhor hryhor grzegorz
habib habeeb
habiba habeeba
hadi hady hedi
hamid hameed hamd
hasna hasnaa husna hosna
hassan hsn
henry henryk heinrich henrikh
herzog hertzog hrtsvg
hisham hicham
huda hoda
hussein hussain hossein hsyn
ignat ignatius ignacy
igor ihar
ilona
iman eman
irina irene irena ira
isaac itzhak itzchak
islam
ivan jan jean john ioann johannes johann yanka jonas dzhon
jacob yakov yakau jakub yakiv jokubas
jamal gamal jmal
jamil gamil djamil jameel jmyl
jamila gamila djamila jameela jmyla
jana joanna
joe dzho jo
joseph iosif osip yazep yosyp yusuf yousef juozas asip
judith yudzif judyta
julia
julian ulyan
karim kerim
karima kerima
khalid khaled khald
khalida khalda
khashoggi kashoggi khashogji khashoqji khashuqji kashikci khashqjy
konstantin kanstantsin kostiantyn kastus constantine konstanty
ksenia aksinnia
larisa
lars
latif lateef
latifa lateefa
layla leila laila leyla
leda
leo lev leu
leonid leanid leonidas
levi levy lvy lewi
lidia lidziya lida lydia
lola
lucas lukas luka luke
lucia lucja luciya lucyja liutsyia
mahmoud mahmud mhmwd
marat
marcianna marcjanna martsianna
marcin martin martyn marcinas
margarita margaret marhareta rita
maria mary marie
marian maryan
mariana maryana marianna marianne
marina maryna
mark marek marko marcus
marta
martina martyna
marwan marwane
matthew matvei matviy mateusz maciej matsei
michael mikhail mikhas michal mykhailo mykolas michel miguel maikl
mira
miron myron
mohammed mohammad muhammad muhammed mahomed mehmed mehmet mamed mhmd
moses moshe moisei maisei moise musa mousa
munir mounir muneer
munira mounira muneera
nadezhda nadia nadzeia nadja
nadine nadina
nadir nader
nadira nadera
nasir nasser naser nasr
nasra
nasrin nasreen
natalia natalie natasha
nathan
nicholas nikolai mikalai mikola mikolaj nicolas mikolas mikalojus nikola mikulas
nikifor nichipor mikifor
nikita mikita
nina
noa nv
nora norah
nour noor nur
oleg aleg aleh oleh olaf
olga volha
omar umar omer mr
osama usama oussama
patricia patrycja patritsia
paul pavel paval pavlo paulius povilas
peter petr piotr petro piatro petras piatrus petra pedro pierre
philip pilip
raisa rais
rami ramy
rashad rachad
rashid rasheed rachid
rashida rasheeda rachida
renata
rima reema
rinat renat rynat
roman raman romanas
romana
rosa ruza
ruslan
ruslana
saeed said saied syd
saida saeeda
salim saleem selim slym
salima saleema
salma selma
salman salmaan
samar
sami samy
samir sameer
samira sameera
saud
semyon semen siamion simon simeon simonas simone
sergei siarhei serhiy serge sergius sergejus
sharifa cherifa
sherif sharif cherif
simona simone
sofia
stanislav stanislau stasys
stanislava
stephen stepan stsiapan stefan steven szczepan stepanas steponas
suad souad sad
suleiman sulayman solomon shlomo suleyman slyman
tamara
taras
tariq tarek tarik
tatiana tetiana tacciana
teresa
thomas foma tamash
timofei tsimafei timothy tymofiy tsimokh
timur
uladzimir vladimir volodymyr wlodzimierz vladimiras
uladzislau vladislav
uladzislava vladislava
ulyana yuliana
uri ury vry
vadim
valentin valiantsin walenty
valentina valiantsina
valeria
valery valer valerijus
vatslau waclaw
vera viera vira
victor viktar viktoras
victoria
vitaly vital vitalijus
walid waleed oualid
walida waleeda
yahya yehia yehya yhyay
yair jair yyr
yanina
yasir yasser yaser yasr
yefim yafim yukhim iakhim
yusra yousra
zahir zaher
zahra zahraa zohra
zakhar zachary zakharia
zhanna jeanne
zinaida zina
zoya zoe
zvi tsvi tzvi tsvy
"""


def list_forms() -> tuple[tuple[str, ...], ...]:
    """The forms of each name: one line of the table."""
    return tuple(tuple(line.split()) for line in _FORMS.split("\n") if line)
