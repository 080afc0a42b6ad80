"""Forms of given names that languages write so differently that their sounds do not show it.

The forms are those of Belarusian, Russian, Ukrainian, Polish, Lithuanian and English, and what papers make of Arabic
and Hebrew names, in Latin letters. Names that only sound alike have lines of their own: Oleg and Olga.
"""

from __future__ import annotations

from typing import Final

_FORMS: Final = """
abraham abram avram ibrahim
adam
ahmed ahmad ahmet
akram
aksana oksana
al el
alena aliona elena lena olena helena helen
alexander aleksandr aliaksandr aliaksandar oleksandr ales aleksandras alex
alexandra aliaksandra oleksandra
alexei alexis aliaksei oleksii aleksejus
ali alee ly
alina
alla
ambrose ambrosy amvrosy
amir ameer emir
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
aslam
athanasius afanasy apanas panas
barbara varvara
basil vasil vasily
benedict vikenty vincent vincuk vincenty
casimir kazimierz kazimer kazys
catherine katharine katsiaryna ekaterina kateryna katarzyna katya kotryna
charles karl karol karel karolis
christina kristina christine
christopher krzysztof hrystafor khristofor krystof
cyril kiril kyrylo
daniel danil danila danylo danielius
david dovydas daud dawood daoud
diana
dina
dmitry zmitser zmitsier dmytro dimitri demetrius
edward eduard edvardas
egor yahor
elijah ilya elias ilyas
elizabeth elizaveta lizaveta elzbieta liza
emil emilian
eugene evgeny yauhen yevhen eugeniusz
eugenia evgenia yauheniya
eva eve
fedor fyodor fiodar fedir teodor theodore khvedar todar
francis francisak franciszek franz frank francois
gabriel havryla gavriil havrylo hauryla
galina
george jerzy jurgis georgy
george jerzy jurgis yury youri youras yuras
gregory grigory ryhor hryhor grzegorz
hamid
hassan hsn
henry henryk heinrich henrikh
hussein hussain hossein hsyn
ignat ignatius ignacy
igor ihar
ilona
irina irene irena ira
isaac itzhak itzchak
islam
ivan jan john ioann johannes johann yanka jonas
jacob yakov yakau jakub yakiv jokubas
jamal gamal
jana joanna
joseph iosif osip yazep yosyp yusuf yousef juozas asip
judith yudzif judyta
julia
julian ulyan
karim kerim
khalid khaled
khalida
konstantin kanstantsin kostiantyn kastus constantine konstanty
ksenia aksinnia
larisa
lars
leo lev leu
leonid leanid leonidas
lucas lukas luka luke
mahmoud mahmud
marat
margarita margaret marhareta rita
maria mary marie
mark marek marko marcus
marta
matthew matvei matviy mateusz maciej matsei
michael mikhail mikhas michal mykhailo mykolas michel miguel
mira
mohammed mohammad muhammad muhammed mahomed mehmed mehmet mamed
moses moshe moisei maisei moise musa mousa
nadezhda nadia nadzeia
natalia natalie natasha
nathan
nicholas nikolai mikalai mikola mikolaj nicolas mikolas mikalojus nikola mikulas
nikifor nichipor mikifor
nikita mikita
nina
oleg aleg aleh oleh olaf
olga volha
omar umar omer
paul pavel paval pavlo paulius povilas
peter petr piotr petro piatro petras piatrus petra pedro pierre
philip pilip
raisa rais
roman raman romanas
rosa ruza
ruslan
ruslana
saeed said saied
salim saleem selim
saud
semyon semen siamion simon simeon simonas
sergei siarhei serhiy serge sergius sergejus
sofia
stanislav stanislau stasys
stanislava
stephen stepan stsiapan stefan steven szczepan stepanas steponas
tamara
taras
tatiana tetiana tacciana
teresa
thomas foma tamash
timofei tsimafei timothy tymofiy tsimokh
timur
uladzimir vladimir volodymyr wlodzimierz vladimiras
uladzislau vladislav
uladzislava vladislava
ulyana yuliana
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
yanina
yefim yafim yukhim iakhim
zhanna jeanne
zinaida zina
zoya zoe
"""


def list_forms() -> tuple[tuple[str, ...], ...]:
    """The forms of each name: one line of the table."""
    return tuple(tuple(line.split()) for line in _FORMS.split("\n") if line)
