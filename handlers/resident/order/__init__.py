"""找人帮忙: a request to neighbours, from the first words to the stars, for whoever asks."""
