// Names of people and companies as they are found in five countries, for customers that are made up.

/** A country, and how people and companies are called there. */
export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly locale: string;
  readonly prefix: string;
  /** Digits of a mobile number after the prefix: how it begins, and how many follow. */
  readonly mobile: readonly [beginnings: readonly string[], digits: number];
  /** Those of men, then those of women; the earlier in a list, the more often. */
  readonly first: readonly (readonly string[])[];
  /** As men bear them. */
  readonly last: readonly string[];
  /** How women bear a last name, where that differs. */
  readonly feminine?: (last: string) => string;
  readonly mailHosts: readonly string[];
  readonly companyForms: readonly string[];
  readonly trades: readonly string[];
  readonly cities: readonly string[];
}

const words = (text: string) => text.trim().split(/\s+/);

function czechFeminine(last: string): string {
  if (last.endsWith('ý')) return `${last.slice(0, -1)}á`;
  if (last.endsWith('a')) return `${last.slice(0, -1)}ová`;
  return `${last.replace(/ek$/, 'k').replace(/ec$/, 'c')}ová`;
}

const polishFeminine = (last: string) => last.replace(/(sk|ck|dzk)i$/, '$1a');

const czechia: Country = {
  code: 'CZ',
  locale: 'cs',
  prefix: '+420',
  mobile: [
    ['601', '602', '603', '604', '605', '606', '607', '608', '720', '721', '723', '724', '731', '739', '777'],
    6,
  ],
  first: [
    words(`Jiří Jan Petr Pavel Jaroslav Martin Tomáš Miroslav Zdeněk Václav Michal František Jakub Milan Karel Lukáš David Vladimír Ladislav Ondřej
      Roman Stanislav Radek Marek Vojtěch Daniel Filip Adam Matěj Dominik Aleš Libor Bohumil Vít Štěpán Šimon Čeněk Řehoř`),
    words(`Marie Jana Eva Hana Anna Lenka Kateřina Věra Lucie Alena Petra Veronika Jaroslava Tereza Martina Michaela Jitka Helena Ludmila Zdeňka
      Ivana Monika Eliška Zuzana Markéta Jarmila Barbora Jiřina Kristýna Božena Pavla Šárka Žaneta Růžena`),
  ],
  last: words(`Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Marek Pospíšil Hájek Král Jelínek Růžička Beneš Fiala
    Sedláček Doležal Zeman Kolář Krejčí Navrátil Čermák Vaněk Urban Blažek Kříž Kovář Kratochvíl Kopecký Bartoš Vlček Musil Šimek Polák Konečný
    Malý Čech Kadlec Štěpánek Staněk Holub Dušek Soukup Šťastný Mareš Moravec Sýkora Tichý Valenta Vávra Matoušek Bláha Říha Ševčík Bureš Hruška
    Mašek Dostál Pavlík Havlíček Janda Žák Müller Mach Ježek Kubíček Vondráček`),
  feminine: czechFeminine,
  mailHosts: words('seznam.cz email.cz centrum.cz gmail.com volny.cz atlas.cz post.cz'),
  companyForms: ['s.r.o.', 'a.s.', 'spol. s r.o.', 'v.o.s.'],
  trades: words(
    'Stavby Pekárna Truhlářství Květiny Účetnictví Doprava Zahrady Elektro Řeznictví Tiskárna Železářství Knihkupectví',
  ),
  cities: words('Praha Brno Ostrava Plzeň Liberec Olomouc Hradec Zlín Jihlava Tábor'),
};

const poland: Country = {
  code: 'PL',
  locale: 'pl',
  prefix: '+48',
  mobile: [['501', '502', '505', '512', '600', '601', '602', '604', '660', '691', '781', '790', '880'], 6],
  first: [
    words(`Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Adam Łukasz Marek Grzegorz Mateusz Wojciech Mariusz Dariusz Zbigniew Jerzy
      Rafał Robert Kamil Dawid Szymon Kacper Bartosz Przemysław Sławomir Stanisław Józef`),
    words(`Anna Katarzyna Maria Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Zofia Monika Teresa Natalia Julia
      Karolina Marta Beata Dorota Halina Jadwiga Jolanta Grażyna Iwona Paulina Wiesława Żaneta Łucja`),
  ],
  last: words(`Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur
    Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski
    Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski
    Tomaszewski Pietrzak Zalewski Wróblewski Łukaszewski Świątek Żak Źrebiec Ćwik`),
  feminine: polishFeminine,
  mailHosts: words('wp.pl onet.pl interia.pl o2.pl gmail.com gazeta.pl poczta.fm'),
  companyForms: ['sp. z o.o.', 'S.A.', 'sp. j.', 'sp. k.'],
  trades: words(
    'Piekarnia Budownictwo Kwiaciarnia Księgowość Transport Stolarstwo Ogrody Drukarnia Hurtownia Apteka Księgarnia Żegluga',
  ),
  cities: words('Warszawa Kraków Łódź Wrocław Poznań Gdańsk Szczecin Bydgoszcz Lublin Białystok'),
};

const germany: Country = {
  code: 'DE',
  locale: 'de',
  prefix: '+49',
  mobile: [['151', '152', '157', '160', '170', '171', '172', '173', '176', '179'], 8],
  first: [
    words(`Peter Michael Thomas Andreas Wolfgang Jürgen Klaus Stefan Günter Hans Uwe Bernd Christian Frank Jörg Rainer Dieter Matthias Björn Sören
      Jörn Götz Lukas Felix Maximilian Jonas Leon Paul Finn Niklas`),
    words(`Ursula Monika Petra Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia Susanne Gabriele Christa Käthe Bärbel Jördis
      Mia Emma Hannah Sofia Lea Lina Marie Charlotte Friederike Annegret Ulrike`),
  ],
  last: words(`Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann
    Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler Herrmann König Walter Huber Kaiser Fuchs Peters
    Lang Scholz Möller Weiß Jung Hahn Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Böhm Groß Strauß Voß Jäger`),
  mailHosts: words('web.de gmx.de t-online.de freenet.de gmail.com posteo.de mailbox.org'),
  companyForms: ['GmbH', 'AG', 'GmbH & Co. KG', 'UG (haftungsbeschränkt)', 'e.K.'],
  trades: words(
    'Bäckerei Tischlerei Gärtnerei Buchhandlung Spedition Metzgerei Druckerei Großhandel Küchenstudio Straßenbau Möbelhaus Brauerei',
  ),
  cities: words('Berlin Hamburg München Köln Frankfurt Stuttgart Düsseldorf Leipzig Nürnberg Gießen'),
};

const vietnam: Country = {
  code: 'VN',
  locale: 'vi',
  prefix: '+84',
  mobile: [['32', '33', '34', '35', '70', '76', '79', '81', '83', '90', '91', '93', '97', '98'], 7],
  first: [
    [
      'Văn Hùng',
      'Minh Đức',
      'Quốc Bảo',
      'Anh Tuấn',
      'Hữu Phước',
      'Đình Trọng',
      'Quang Hải',
      'Thanh Tùng',
      'Công Phượng',
      'Xuân Trường',
      'Ngọc Sơn',
      'Tiến Dũng',
    ],
    [
      'Thị Hương',
      'Thị Lan',
      'Ngọc Ánh',
      'Thu Thủy',
      'Thanh Hằng',
      'Bích Ngọc',
      'Mai Phương',
      'Hồng Nhung',
      'Kim Chi',
      'Thùy Dương',
      'Diễm My',
      'Quỳnh Anh',
    ],
  ],
  last: words(
    'Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đào Đoàn Vương Trịnh Trương Đinh Lâm Phùng Mai Tô Hà Tạ',
  ),
  mailHosts: words('gmail.com yahoo.com.vn vnn.vn fpt.vn hcm.vn outlook.com'),
  companyForms: ['TNHH', 'Cổ phần', 'JSC'],
  trades: ['Công ty Phở', 'Thương mại', 'Xây dựng', 'Vận tải', 'Điện tử', 'Nhà hàng', 'Thực phẩm', 'Du lịch'],
  cities: ['Hà Nội', 'Hồ Chí Minh', 'Đà Nẵng', 'Hải Phòng', 'Cần Thơ', 'Huế'],
};

const turkey: Country = {
  code: 'TR',
  locale: 'tr',
  prefix: '+90',
  mobile: [['530', '532', '533', '535', '537', '541', '542', '543', '505', '506', '507', '552'], 7],
  first: [
    words(
      'Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim İsmail Osman Murat Yusuf Ömer Süleyman Çağlar Işık Uğur Gökhan Ümit Şükrü İlhan Orçun Barış',
    ),
    words(
      'Fatma Ayşe Emine Hatice Zeynep Elif Meryem Şerife Sultan Zehra Hanife Merve Havva Özlem Gülşen Çiğdem Iraz İpek Şule Ümmü Nurgül Büşra',
    ),
  ],
  last: words(`Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat
    Özçelik Korkmaz Çakır Erdoğan Yavuz Can Acar Şen Aktaş Güler Yalçın Güneş Bozkurt Bulut Keskin Ünal Turan Gül Özer Işık Kaplan Avcı Sarı Tekin Taş
    Köse Yüksel Ateş Aksoy İnce`),
  mailHosts: words('gmail.com hotmail.com mynet.com yandex.com.tr superonline.com ttmail.com'),
  companyForms: ['A.Ş.', 'Ltd. Şti.', 'Koll. Şti.'],
  trades: words('İnşaat Gıda Tekstil Nakliyat Otomotiv Mobilya Eczane Kitabevi Çiçekçilik Turizm Bilişim Ambalaj'),
  cities: words('İstanbul Ankara İzmir Bursa Antalya Adana Konya Gaziantep Eskişehir Diyarbakır'),
};

/** Each with how many of a hundred customers are from there. */
export const countries: readonly (readonly [country: Country, share: number])[] = [
  [czechia, 45],
  [poland, 20],
  [germany, 15],
  [vietnam, 10],
  [turkey, 10],
];
