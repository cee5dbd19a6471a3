"""Makes the mails of bench/quality/document/files and the references of eml, msg and doc. Needs Debian's catdoc, antiword, LibreOffice and libemail-outlook-message-perl; nodemailer.js beside it makes two of the mails."""
import email, email.policy, html.parser, os, subprocess, sys, tempfile
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.header import Header
OUT = sys.argv[1]
TMP = tempfile.mkdtemp()
def path(kind, name):
    os.makedirs(os.path.join(OUT, kind), exist_ok=True)
    return os.path.join(OUT, kind, name)
def save(target, text):
    with open(target + ".words.txt", "w", encoding="utf-8") as f: f.write(text if text.endswith("\n") else text + "\n")
def run(*args, **kw): return subprocess.run(args, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw).stdout
def modern():
    m = EmailMessage(); m["Subject"] = "Réunion du lundi — 周一会议"; m["From"] = "Ann Müller <ann@example.org>"; m["To"] = "Bea <bea@example.org>, carl@example.org"; m["Cc"] = "Dora <dora@example.org>"; m["Date"] = "Mon, 05 Feb 2024 09:30:00 +0100"; m["Message-ID"] = "<one@example.org>"
    m.set_content("Bonjour,\nla réunion commence à neuf heures.\n会议九点开始。\n"); m.add_alternative("<html><body><h1>Réunion</h1><p>Bonjour, la <b>réunion</b> commence à neuf heures.</p><table><tr><td>salle</td><td>12</td></tr></table><p>会议九点开始。 הפגישה בתשע</p></body></html>", subtype="html")
    m.add_attachment("day,topic\nMonday,budget\n", subtype="csv", filename="agenda.csv"); m.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(20), maintype="image", subtype="png", filename="логотип.png")
    inner = EmailMessage(); inner["Subject"] = "Earlier question"; inner["From"] = "carl@example.org"; inner["To"] = "ann@example.org"; inner["Date"] = "Sun, 04 Feb 2024 10:00:00 +0000"; inner.set_content("When do we meet?\n"); m.add_attachment(inner)
    open(path("eml", "python-modern.eml"), "wb").write(m.as_bytes(policy=email.policy.SMTP))
modern()
def legacy():
    m = MIMEMultipart("mixed"); m["Subject"] = Header("Отчёт за март", "koi8-r"); m["From"] = "ivan@example.org"; m["To"] = "olga@example.org"; m["Date"] = "Fri, 01 Mar 2024 12:00:00 +0300"
    m.attach(MIMEText("Добрый день!\nОтчёт готов, см. вложение.\n", "plain", "koi8-r")); part = MIMEBase("text", "plain"); part.set_payload("строка один\nстрока два\n".encode("utf-8")); part.set_param("charset", "utf-8"); from email import encoders; encoders.encode_base64(part); part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", "отчёт.txt")); m.attach(part)
    open(path("eml", "python-mime.eml"), "wb").write(m.as_bytes())
legacy()
perl = r"""use MIME::Lite; my $m = MIME::Lite->new(From => q{"Eve" <eve@example.org>}, To => q{frank@example.org}, Cc => q{gus@example.org}, Subject => q{=?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus_M=C3=BCnchen?=}, Date => q{Tue, 07 May 2024 10:00:00 +0200}, Type => q{multipart/mixed}); $m->attach(Type => q{text/plain; charset=iso-8859-1}, Encoding => q{quoted-printable}, Data => "Sch\xf6ne Gr\xfc\xdfe,\nEve\n"); $m->attach(Type => q{text/csv}, Filename => q{liste.csv}, Encoding => q{base64}, Data => "wort,zahl\nBrot,3\n"); $m->print(\*STDOUT)"""
open(path("eml", "mime-lite.eml"), "wb").write(run("perl", "-e", perl))
class Words(html.parser.HTMLParser):
    def __init__(self): super().__init__(); self.found = []; self.skip = 0
    def handle_starttag(self, tag, attrs):
        self.skip += tag in ("script", "style", "title"); self.found.append(" " if tag not in ("b", "i", "a", "span", "font") else "")
    def handle_endtag(self, tag): self.skip -= tag in ("script", "style", "title")
    def handle_data(self, data):
        if not self.skip: self.found.append(data)
def message_words(m):
    found = [str(m.get(name, "")) for name in ("subject", "from", "to", "cc")]
    body = m.get_body(("html", "plain"))
    if body is not None:
        content = body.get_content()
        if body.get_content_type() == "text/html": w = Words(); w.feed(content); content = "".join(w.found)
        found.append(content)
    for part in m.iter_attachments():
        if part.get_content_type() == "message/rfc822": found += message_words(part.get_content()); continue
        found.append(part.get_filename() or "")
        if part.get_content_maintype() == "text" and part.get_content_subtype() in ("plain", "csv"): found.append(part.get_content())
    return found
def eml_words(data): return "\n".join(message_words(email.message_from_bytes(data, policy=email.policy.default)))
for name in sorted(os.listdir(os.path.join(OUT, "eml"))):
    if not name.endswith(".words.txt"): save(path("eml", name), eml_words(open(path("eml", name), "rb").read()))
for name in sorted(os.listdir(os.path.join(OUT, "msg"))) if os.path.isdir(os.path.join(OUT, "msg")) else []:
    if not name.endswith(".msg"): continue
    with tempfile.TemporaryDirectory() as tmp:
        try: run("msgconvert", "--outfile", tmp + "/m.eml", path("msg", name))
        except subprocess.CalledProcessError as e: print(name, e.stderr[-200:]); os.remove(path("msg", name)); continue
        save(path("msg", name), eml_words(open(tmp + "/m.eml", "rb").read()))
for name in sorted(os.listdir(os.path.join(OUT, "doc"))) if os.path.isdir(os.path.join(OUT, "doc")) else []:
    if not name.endswith(".doc"): continue
    target = path("doc", name)
    try: save(target, run("antiword", "-m", "UTF-8.txt", "-w", "0", target).decode("utf-8", "replace").replace("[pic]", ""))
    except subprocess.CalledProcessError:  # antiword reads no document of a few words
        run("soffice", "-env:UserInstallation=file://" + TMP + "/profile", "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", TMP, target)
        save(target, open(TMP + "/" + name[:-4] + ".txt", encoding="utf-8-sig").read())
