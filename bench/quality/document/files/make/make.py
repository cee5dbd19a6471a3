"""Makes the files of bench/quality/document/files and their references. Needs Debian's pandoc, LibreOffice, RTF::Writer, python3-openpyxl, -xlsxwriter, -odf, -ebooklib and -markdown; pptxgenjs."""
import datetime, os, subprocess, sys, tempfile
OUT = sys.argv[1]
TMP = tempfile.mkdtemp()
HERE = os.path.dirname(os.path.abspath(__file__))
def path(kind, name):
    os.makedirs(os.path.join(OUT, kind), exist_ok=True)
    return os.path.join(OUT, kind, name)
def run(*args, **kw): return subprocess.run(args, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw).stdout
def office(src, to, dest, outfilter=""):
    tmp = TMP
    ext = to.split(":")[0]
    base = os.path.splitext(os.path.basename(src))[0]
    run("soffice", "-env:UserInstallation=file://" + TMP + "/profile", "--headless", "--convert-to", to, "--outdir", tmp, src)
    os.replace(os.path.join(tmp, base + "." + ext), dest)
def save(target, text):
    with open(target + ".words.txt", "w", encoding="utf-8") as f: f.write(text if text.endswith("\n") else text + "\n")

# --- text kinds: pandoc, LibreOffice, python
for ext, args in {"odt": [], "rtf": ["-s"], "html": ["-s"], "epub": []}.items():
    run("pandoc", os.path.join(HERE, "rich.md"), "-o", path(ext, "pandoc." + ext), *args)
run("pandoc", os.path.join(HERE, "rich.md"), "-o", path("pptx", "pandoc.pptx"), "--slide-level=2")
docx = TMP + "/pandoc.docx"
run("pandoc", os.path.join(HERE, "rich.md"), "-o", docx)
fodt = os.path.join(HERE, "rich.fodt")
office(fodt, "odt", path("odt", "libreoffice.odt"))
office(fodt, "rtf", path("rtf", "libreoffice.rtf"))
office(fodt, "html:HTML (StarWriter)", path("html", "libreoffice.html"))
office(fodt, "epub", path("epub", "libreoffice.epub"))
office(fodt, "doc:MS Word 97", path("doc", "libreoffice.doc"))
office(docx, "doc:MS Word 97", path("doc", "libreoffice-of-pandoc.doc"))

import markdown
body = markdown.markdown(open(os.path.join(HERE, "rich.md"), encoding="utf-8").read().split("---", 2)[2], extensions=["tables", "footnotes", "def_list", "fenced_code"])
open(path("html", "python-markdown.html"), "w", encoding="utf-8").write('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Report</title><style>p{color:red}</style></head><body>' + body + '<table><tr><th rowspan="2">Both</th><td colspan="2">wide cell</td></tr><tr><td>left</td><td>right</td></tr></table><script>var unseen=1</script></body></html>')
from odf.opendocument import OpenDocumentText, OpenDocumentSpreadsheet, OpenDocumentPresentation
from odf.opendocument import load
from odf import teletype, text, table, style, draw, office as oo, dc, presentation
def odt():
    d = OpenDocumentText()
    d.text.addElement(text.H(outlinelevel=1, text="Protocol of the meeting"))
    p = text.P(text="Present were Ann, Bea and ")
    p.addElement(text.A(type="simple", href="https://example.org/carl", text="Carl"))
    p.addText("."); d.text.addElement(p)
    p = text.P(text="The minutes were read")
    n = text.Note(noteclass="footnote", id="f1"); n.addElement(text.NoteCitation(text="1")); b = text.NoteBody(); b.addElement(text.P(text="By the secretary.")); n.addElement(b); p.addElement(n); p.addText(" and approved."); d.text.addElement(p)
    l = text.List()
    for one in ("Budget", "Elections"):
        i = text.ListItem(); i.addElement(text.P(text=one))
        inner = text.List(); ii = text.ListItem(); ii.addElement(text.P(text=one + " in detail")); inner.addElement(ii); i.addElement(inner); l.addElement(i)
    d.text.addElement(l)
    t = table.Table(name="Votes"); t.addElement(table.TableColumn(numbercolumnsrepeated=2))
    for row in (("Yes", "17"), ("No", "4"), ("弃权", "2")):
        r = table.TableRow()
        for cell in row:
            c = table.TableCell(); c.addElement(text.P(text=cell)); r.addElement(c)
        t.addElement(r)
    d.text.addElement(t); d.text.addElement(text.P(text="סוף הפרוטוקול. 会议结束。 انتهى الاجتماع."))
    d.save(path("odt", "odfpy.odt"))
odt()
perl = r"""use RTF::Writer; my $r = RTF::Writer->new_to_file($ARGV[0]); $r->prolog(title => "Notes on rope"); $r->paragraph(\'\\fs40\\b', "Notes on rope"); $r->paragraph("Rope is made of hemp, sisal or nylon; a fathom is six feet. Caf\xe9."); my $d = RTF::Writer::TableRowDecl->new(widths => [2000, 2000, 2000]); $r->row($d, "Kind", "Strength", "Price"); $r->row($d, "hemp", "middling", "4.20"); $r->row($d, "nylon", "high", "6.75"); $r->paragraph("Greek \x{3b1}\x{3b2}\x{3b3}, Chinese \x{7ef3}\x{7d22}, Hebrew \x{5d7}\x{5d1}\x{5dc}."); $r->close;"""
run("perl", "-e", perl, path("rtf", "rtf-writer.rtf"))
from ebooklib import epub
def book():
    b = epub.EpubBook(); b.set_identifier("id-1"); b.set_title("A small book"); b.set_language("en"); b.add_author("Dora Writer")
    chapters = []
    for at, (title, html) in enumerate([("Start", "<h1>Start</h1><p>It begins with <b>rain</b> &amp; wind.</p><ul><li>one<ul><li>one and a half</li></ul></li><li>two</li></ul>"), ("中间", "<h1>中间</h1><p>第二章讲述风暴。</p><table><tr><td colspan='2'>merged</td></tr><tr><td>left</td><td>right</td></tr></table>"), ("سوف", "<h1>النهاية</h1><p dir='rtl'>انتهت القصة هنا.</p><p>And a note<a epub:type='noteref' href='#n'>1</a>.</p><aside epub:type='footnote' id='n'><p>The note itself.</p></aside>")]):
        c = epub.EpubHtml(title=title, file_name=f"c{at}.xhtml", lang="en"); c.content = html; b.add_item(c); chapters.append(c)
    b.toc = chapters; b.add_item(epub.EpubNcx()); b.add_item(epub.EpubNav()); b.spine = chapters
    epub.write_epub(path("epub", "ebooklib.epub"), b)
book()
for kind, reader in (("odt", "odt"), ("rtf", "rtf"), ("html", "html"), ("epub", "epub")):
    for name in sorted(os.listdir(os.path.join(OUT, kind))):
        if name.endswith(".words.txt"): continue
        t = os.path.join(OUT, kind, name)
        if kind == "rtf": # pandoc 2.17 loses letters behind Unicode in RTF
            office(t, "txt:Text (encoded):UTF8", TMP + "/words.text"); save(t, open(TMP + "/words.text", encoding="utf-8-sig").read()); continue
        save(t, run("pandoc", "-f", reader, "-t", "plain", "--wrap=none", t).decode())

# --- workbooks
rows = [["Day", "Sold", "Share", "Total"], [datetime.date(2024, 2, 29), 12, 0.125, 1234.5], [datetime.date(2025, 12, 31), 7, 0.5, -98.25]]
def openpyxl_book():
    import openpyxl
    from openpyxl.comments import Comment
    w = openpyxl.Workbook(); s = w.active; s.title = "Sales"
    for row in rows: s.append(row)
    for r in (2, 3): s.cell(r, 1).number_format = "yyyy-mm-dd"; s.cell(r, 3).number_format = "0.0%"; s.cell(r, 4).number_format = "#,##0.00"
    s["A5"] = "Merged over three"; s.merge_cells("A5:C6"); s["D5"].value = "with a remark"; s["D5"].comment = Comment("Ask Ann about this", "Bea")
    s["A8"] = "a link"; s["A8"].hyperlink = "https://example.org/sales"
    h = w.create_sheet("Hidden one"); h["B2"] = "kept out of sight"; h.sheet_state = "hidden"
    c = w.create_sheet("中文 עברית"); c["A1"] = "销售额"; c["B1"] = "מכירות היום"; c["C1"] = "مبيعات"; c.sheet_view.rightToLeft = True
    w.save(path("xlsx", "openpyxl.xlsx"))
openpyxl_book()
def xlsxwriter_book():
    import xlsxwriter
    w = xlsxwriter.Workbook(path("xlsx", "xlsxwriter.xlsx")); s = w.add_worksheet("Stock"); date = w.add_format({"num_format": "d mmm yyyy"}); bold = w.add_format({"bold": True}); money = w.add_format({"num_format": "#,##0.00 [$€-407]"})
    s.write_row(0, 0, ["Item", "Since", "Worth", "Sum"], bold)
    for at, (item, day, worth) in enumerate([("Anchor", datetime.datetime(2019, 5, 4), 1999.9), ("Buoy & chain <new>", datetime.datetime(2021, 11, 30), 75)]):
        s.write(at + 1, 0, item); s.write_datetime(at + 1, 1, day, date); s.write_number(at + 1, 2, worth, money); s.write_formula(at + 1, 3, f"=C{at+2}*2", None, worth * 2)
    s.merge_range("A5:D5", "Counted by two people"); s.write_rich_string("A6", "rich ", bold, "bold", " text"); s.write_comment("B6", "Needs a second look"); s.write_url("A7", "https://example.org/stock", string="all stock"); s.write_boolean("B7", True); s.write("C7", "库存")
    s.set_row(6, None, None, {"hidden": True}); s.set_column(5, 5, None, None, {"hidden": True}); s.write("F1", "hidden column")
    h = w.add_worksheet("Very quiet"); h.hide(); h.write("A1", "not shown at all"); w.close()
xlsxwriter_book()
office(path("xlsx", "openpyxl.xlsx"), "ods", path("ods", "libreoffice.ods"))
office(path("xlsx", "xlsxwriter.xlsx"), "ods", path("ods", "libreoffice-of-xlsxwriter.ods"))
def ods():
    d = OpenDocumentSpreadsheet()
    for name, grid in (("Tides", [["High", "Low"], ["06:12", "12:40"], ["涨潮", "退潮"], ["גאות", "שפל"]]), ("Second", [["alone"]])):
        t = table.Table(name=name)
        for row in grid:
            r = table.TableRow()
            for cell in row:
                c = table.TableCell(valuetype="string"); c.addElement(text.P(text=cell)); r.addElement(c)
            t.addElement(r)
        r = table.TableRow(); c = table.TableCell(valuetype="float", value="3.5", numbercolumnsspanned=2); c.addElement(text.P(text="3.5")); r.addElement(c); r.addElement(table.CoveredTableCell()); t.addElement(r)
        d.spreadsheet.addElement(t)
    d.save(path("ods", "odfpy.ods"))
ods()
office(path("ods", "odfpy.ods"), "xlsx:Calc MS Excel 2007 XML", path("xlsx", "libreoffice.xlsx"))
def sheets_words(target):
    """The texts of cells as LibreOffice shows them stand in its ODS."""
    ods = target
    if target.endswith(".xlsx"): ods = TMP + "/words.ods"; office(target, "ods", ods)
    found = []
    for t in load(ods).spreadsheet.getElementsByType(table.Table): found += [t.getAttribute("name"), *[teletype.extractText(p) for p in t.getElementsByType(text.P)]]
    return "\n".join(found)
for kind in ("xlsx", "ods"):
    for name in sorted(os.listdir(os.path.join(OUT, kind))):
        if not name.endswith(".words.txt"): save(os.path.join(OUT, kind, name), sheets_words(os.path.join(OUT, kind, name)))

# --- slides
run("node", os.path.join(HERE, "pptxgen.mjs"), path("pptx", "pptxgenjs.pptx"))
office(path("pptx", "pptxgenjs.pptx"), "odp", path("odp", "libreoffice.odp"))
office(path("pptx", "pandoc.pptx"), "odp", path("odp", "libreoffice-of-pandoc.odp"))
def odp():
    d = OpenDocumentPresentation(); layout = style.PageLayout(name="L"); d.automaticstyles.addElement(layout); master = style.MasterPage(name="M", pagelayoutname=layout); d.masterstyles.addElement(master)
    for at, lines in enumerate([["Opening", "welcome to all"], ["Closing", "再见", "להתראות"]]):
        page = draw.Page(name=f"p{at}", masterpagename=master); d.presentation.addElement(page)
        for line in lines:
            frame = draw.Frame(width="10cm", height="2cm", x="1cm", y="1cm"); page.addElement(frame); box = draw.TextBox(); frame.addElement(box); box.addElement(text.P(text=line))
    d.save(path("odp", "odfpy.odp"))
odp()
office(path("odp", "odfpy.odp"), "pptx", path("pptx", "libreoffice.pptx"))
def pptx_words(target):
    """LibreOffice reads the slides, and writes them as ODP."""
    odp = TMP + "/words.odp"
    office(target, "odp", odp)
    return odp_words(odp)
def odp_words(target):
    return "\n".join(teletype.extractText(p) for p in load(target).presentation.getElementsByType(text.P)).replace("<number>", "")
for kind, words in (("pptx", pptx_words), ("odp", odp_words)):
    for name in sorted(os.listdir(os.path.join(OUT, kind))):
        if not name.endswith(".words.txt"): save(os.path.join(OUT, kind, name), words(os.path.join(OUT, kind, name)))
