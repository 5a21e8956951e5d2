"""お知らせ（労働局から）: 注意喚起 and 指示 of a bureau, and who has said that he read them."""
