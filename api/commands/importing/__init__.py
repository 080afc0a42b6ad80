"""Files of facts and changes are read line by line, decided as a whole, and recorded in turns."""
