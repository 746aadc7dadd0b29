create table app.vips (id integer primary key);
