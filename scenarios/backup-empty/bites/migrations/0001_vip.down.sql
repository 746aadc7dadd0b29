drop table app.vips;
