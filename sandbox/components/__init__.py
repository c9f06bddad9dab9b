"""Message and modal components: their tree, Discord's limits, and the form in which Discord returns them."""
