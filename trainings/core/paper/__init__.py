"""Papers and workbooks: the one door each to WeasyPrint, to QR codes and to openpyxl."""
