"""お知らせ (紙・FAX): everybody whom no mail reaches is told by FAX, letter or telephone, and somebody says that it was done."""
