"""What is printed: 起案伺い and 確認用宛先一覧, the same words on the page and in the PDF."""
